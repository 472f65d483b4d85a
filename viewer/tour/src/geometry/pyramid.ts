/**
 * The tile grid of a cube pyramid: how many tiles a level has, which part of its face a tile covers, who is whose
 * parent. Level 1 is the smallest (docs/contract.md). Pure.
 */
import type { Face } from "./cube.ts";

export interface Pyramid {
  /** Face edge of each level in pixels, smallest first. */
  levels: readonly number[];
  /** Tile edge in pixels. */
  tile: number;
}

export interface Tile {
  /** 1 … levels.length */
  level: number;
  face: Face;
  row: number;
  column: number;
}

/** Part of a face in face coordinates, each −1 to 1. */
export interface Rect {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

export function edgeOf(pyramid: Pyramid, level: number): number {
  return pyramid.levels[level - 1] ?? 0;
}

/** Tiles along one edge of the level's face. */
export function tilesAcross(pyramid: Pyramid, level: number): number {
  return Math.ceil(edgeOf(pyramid, level) / pyramid.tile);
}

export function rectOf(pyramid: Pyramid, tile: Tile): Rect {
  const edge = edgeOf(pyramid, tile.level);
  const at = (index: number) => (2 * Math.min(edge, index * pyramid.tile)) / edge - 1;
  return { left: at(tile.column), top: at(tile.row), right: at(tile.column + 1), bottom: at(tile.row + 1) };
}

/** Pixels of a tile; the last row and column are smaller. */
export function pixelsOf(pyramid: Pyramid, tile: Tile): { width: number; height: number } {
  const edge = edgeOf(pyramid, tile.level);
  const span = (index: number) => Math.min(edge, (index + 1) * pyramid.tile) - index * pyramid.tile;
  return { width: span(tile.column), height: span(tile.row) };
}

export function parentOf(tile: Tile): Tile | undefined {
  if (tile.level === 1) return undefined;
  return { level: tile.level - 1, face: tile.face, row: tile.row >> 1, column: tile.column >> 1 };
}

export function childrenOf(pyramid: Pyramid, tile: Tile): Tile[] {
  if (tile.level >= pyramid.levels.length) return [];
  const [level, across] = [tile.level + 1, tilesAcross(pyramid, tile.level + 1)];
  const children: Tile[] = [];
  for (const row of [tile.row * 2, tile.row * 2 + 1])
    for (const column of [tile.column * 2, tile.column * 2 + 1])
      if (row < across && column < across) children.push({ level, face: tile.face, row, column });
  return children;
}

/** All tiles of the smallest level of a face: one, unless the pyramid was cut short. */
export function rootsOf(pyramid: Pyramid, face: Face): Tile[] {
  const across = tilesAcross(pyramid, 1);
  const roots: Tile[] = [];
  for (let row = 0; row < across; row++)
    for (let column = 0; column < across; column++) roots.push({ level: 1, face, row, column });
  return roots;
}

export function nameOf(tile: Tile): string {
  return `${tile.level}/${tile.face}${tile.row}_${tile.column}`;
}
