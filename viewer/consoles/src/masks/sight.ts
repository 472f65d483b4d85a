/** How masks and the screen go together, whatever the picture is laid out on; what draws and moves masks knows nothing else. */
import type { Corner } from "../api/masks.ts";
import type { Point } from "../studio/project.ts";

/** The way of a corner that a key moves: right, up. */
export type Step = readonly [number, number];

export interface Sight {
  /** Where a corner is, in pixels of the layer over the picture; undefined where it cannot be seen. */
  corner(at: Corner): Point | undefined;
  /** An outline there, closed or as an open line. */
  outline(corners: Corner[], closed?: boolean): Point[];
  /** The corner at a point of the page, as the server keeps it. */
  at(x: number, y: number): Corner | undefined;
  /** The corner in the middle, under the cross. */
  cross(): Corner | undefined;
  /** A corner after a press of an arrow key. */
  nudged(corner: Corner, step: Step, far: boolean): Corner;
  /** Brings an outline into view. */
  look(corners: Corner[]): void;
  /** The keys go on with the picture. */
  focus(): void;
}
