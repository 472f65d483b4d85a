/** A flat picture on the screen: which part of it lies where, enlarged and moved. Pure. Corners are parts of width and height. */
import type { Corner } from "../api/masks.ts";
import type { Point, Size } from "../studio/project.ts";
import type { Step } from "./sight.ts";

/** What is looked at: the place of the picture that lies in the middle, and how often as large as it fits. */
export interface Pan {
  x: number;
  y: number;
  zoom: number;
}

/** Where the whole picture lies, in pixels of the box that it is seen in. */
export interface Frame {
  left: number;
  top: number;
  width: number;
  height: number;
}

export const WHOLE: Pan = { x: 0.5, y: 0.5, zoom: 1 };
const MOST_ZOOM = 8;
/** Of the box; the rest is a border in which one can tap, too. */
const FITS = 0.94;

const within = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));

/** Every place of the picture can be moved into the middle, and none beyond. */
export function kept({ x, y, zoom }: Pan): Pan {
  return { x: within(x, 0, 1), y: within(y, 0, 1), zoom: within(zoom, 1, MOST_ZOOM) };
}

export function frameOf(pan: Pan, picture: Size, box: Size): Frame {
  const scale = Math.min(box.width / picture.width, box.height / picture.height) * FITS * pan.zoom;
  const [width, height] = [picture.width * scale, picture.height * scale];
  return { left: box.width / 2 - pan.x * width, top: box.height / 2 - pan.y * height, width, height };
}

export function onScreen([x, y]: Corner, frame: Frame): Point {
  return { x: frame.left + x * frame.width, y: frame.top + y * frame.height };
}

/** The corner at a point of the box; beside the picture the nearest one on its border. */
export function cornerAt({ x, y }: Point, frame: Frame): Corner {
  return tidyFlat((x - frame.left) / frame.width, (y - frame.top) / frame.height);
}

/** Within the picture, and to the hundred-thousandth as the server keeps it. */
export function tidyFlat(x: number, y: number): Corner {
  const tidy = (value: number): number => Math.round(within(value, 0, 1) * 1e5) / 1e5;
  return [tidy(x), tidy(y)];
}

/** Larger or smaller; what lies under the point of the box stays there. */
export function zoomedAt(pan: Pan, factor: number, point: Point, picture: Size, box: Size): Pan {
  const zoom = within(pan.zoom * factor, 1, MOST_ZOOM);
  const before = frameOf(pan, picture, box);
  const [x, y] = [(point.x - before.left) / before.width, (point.y - before.top) / before.height];
  const after = frameOf({ ...pan, zoom }, picture, box);
  return kept({
    x: x - (point.x - box.width / 2) / after.width,
    y: y - (point.y - box.height / 2) / after.height,
    zoom,
  });
}

/** Moved by pixels of the screen: the picture goes along with the finger. */
export function movedBy(pan: Pan, right: number, down: number, picture: Size, box: Size): Pan {
  const { width, height } = frameOf(pan, picture, box);
  return kept({ ...pan, x: pan.x - right / width, y: pan.y - down / height });
}

/** What shows an outline whole, with as much around it. */
export function panOf(corners: readonly Corner[], picture: Size, box: Size): Pan {
  const bounds = (axis: 0 | 1): [number, number] => {
    const values = corners.map((corner) => corner[axis]);
    return [Math.min(...values), Math.max(...values)];
  };
  const [[left, right], [top, bottom]] = [bounds(0), bounds(1)];
  const fits = frameOf(WHOLE, picture, box);
  const wide = Math.max((right - left) * fits.width, 1) / box.width;
  const high = Math.max((bottom - top) * fits.height, 1) / box.height;
  return kept({ x: (left + right) / 2, y: (top + bottom) / 2, zoom: 0.4 / Math.max(wide, high) });
}

/** A corner after a press of an arrow key; y grows downwards. */
export function nudgedFlat([x, y]: Corner, [right, up]: Step, far: boolean): Corner {
  const part = far ? 0.01 : 0.002;
  return tidyFlat(x + part * right, y - part * up);
}
