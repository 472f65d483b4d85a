/**
 * Which tiles a view needs. Each visible tile is cut to the screen; the part that is left tells how many screen pixels a
 * texel covers there, and the tile that is magnified most is replaced by its children until nothing is magnified more
 * than allowed or the memory budget is spent. So neighbouring parts of one view may come from different levels. Pure.
 *
 * The picture plane maps a face plane by a homography whose area factor at the face point P (depth z along the view) is
 * focal² / z³, since both planes are at distance 1 and the map between them is a rotation.
 */
import { direction, dot, FACES, type Vector } from "./cube.ts";
import { childrenOf, edgeOf, type Pyramid, pixelsOf, type Rect, rectOf, rootsOf, type Tile } from "./pyramid.ts";
import { type Camera, type Point, toScreen } from "./view.ts";

export interface Wish {
  /** Screen pixels a texel may cover before the next level is asked for. */
  magnification: number;
  /** Most bytes of texture that the chosen tiles may take, 4 a pixel. */
  bytes: number;
}

export interface Chosen {
  tile: Tile;
  /** Screen pixels that one of its texels covers at most, in the part that is seen. */
  magnification: number;
  /** Distance from the middle of the screen to the nearest part of the tile, in focal lengths; 0 when it covers it. */
  distance: number;
}

interface Seen {
  /** Greatest length in the picture, in focal lengths, of a length of 1 on the face: the root of the area factor. */
  scale: number;
  distance: number;
}

export function bytesOf(pyramid: Pyramid, tile: Tile): number {
  const { width, height } = pixelsOf(pyramid, tile);
  return width * height * 4;
}

/** Tiles for the view, nearest to the middle first. They never overlap and cover all that is visible. */
export function chooseTiles(pyramid: Pyramid, camera: Camera, wish: Wish): Chosen[] {
  const open: Chosen[] = [];
  let bytes = 0;
  const add = (tiles: Tile[]): Chosen[] => {
    const seen = tiles.flatMap((tile) => measure(pyramid, camera, tile) ?? []);
    return seen;
  };
  for (const face of FACES) open.push(...add(rootsOf(pyramid, face)));
  for (const { tile } of open) bytes += bytesOf(pyramid, tile);

  const done: Chosen[] = [];
  while (open.length > 0) {
    const worst = takeWorst(open);
    const children = worst.magnification > wish.magnification ? add(childrenOf(pyramid, worst.tile)) : [];
    const after =
      bytes - bytesOf(pyramid, worst.tile) + children.reduce((sum, child) => sum + bytesOf(pyramid, child.tile), 0);
    if (children.length === 0 || after > wish.bytes) {
      done.push(worst);
    } else {
      bytes = after;
      open.push(...children);
    }
  }
  return done.sort((p, q) => p.distance - q.distance || q.magnification - p.magnification);
}

function takeWorst(open: Chosen[]): Chosen {
  let at = 0;
  for (let i = 1; i < open.length; i++) if ((open[i]?.magnification ?? 0) > (open[at]?.magnification ?? 0)) at = i;
  return open.splice(at, 1)[0] as Chosen;
}

/** What of the tile is on the screen; undefined when nothing is. */
export function measure(pyramid: Pyramid, camera: Camera, tile: Tile): Chosen | undefined {
  const seen = seenPart(camera, tile, rectOf(pyramid, tile));
  if (!seen) return undefined;
  const texel = 2 / edgeOf(pyramid, tile.level);
  return { tile, magnification: texel * camera.focal * seen.scale, distance: seen.distance };
}

export function isVisible(pyramid: Pyramid, camera: Camera, tile: Tile): boolean {
  return seenPart(camera, tile, rectOf(pyramid, tile)) !== undefined;
}

function seenPart(camera: Camera, tile: Tile, rect: Rect): Seen | undefined {
  if (camera.behind > 0) return seenWide(camera, tile, rect);
  const { left, top, right, bottom } = rect;
  const corners: Vector[] = [];
  for (const [a, b] of [
    [left, top],
    [right, top],
    [right, bottom],
    [left, bottom],
  ] as const) {
    // biome-ignore format: corners in order
    const d = direction(tile.face, a, b);
    corners.push([dot(d, camera.right), dot(d, camera.up), dot(d, camera.forward)]);
  }
  const polygon = cutToScreen(corners, camera);
  if (polygon.length < 3) return undefined;
  return { scale: Math.min(...polygon.map((p) => p[2])) ** -1.5, distance: distanceFromMiddle(polygon) };
}

/** Points along each side by which a tile is judged where straight lines do not stay straight. */
const GRID = 9;

/** The same for a wide view: the tile's picture is judged by a grid of its points. */
function seenWide(camera: Camera, tile: Tile, { left, top, right, bottom }: Rect): Seen | undefined {
  const { size, focal } = camera;
  const points: (Point | undefined)[] = [];
  for (let j = 0; j < GRID; j++)
    for (let i = 0; i < GRID; i++) {
      const [a, b] = [left + ((right - left) * i) / (GRID - 1), top + ((bottom - top) * j) / (GRID - 1)];
      points.push(toScreen(camera, direction(tile.face, a, b)));
    }
  const step = (right - left) / (GRID - 1);
  let [scale, nearest] = [0, Number.POSITIVE_INFINITY];
  for (let j = 0; j + 1 < GRID; j++)
    for (let i = 0; i + 1 < GRID; i++) {
      const at = j * GRID + i;
      const [p, q, r, s] = [points[at], points[at + 1], points[at + GRID], points[at + GRID + 1]];
      if (!p || !q || !r || !s) continue;
      const [xs, ys] = [[p.x, q.x, r.x, s.x], [p.y, q.y, r.y, s.y]]; // biome-ignore format: four corners
      if (Math.max(...xs) < 0 || Math.min(...xs) > size.width || Math.max(...ys) < 0 || Math.min(...ys) > size.height)
        continue;
      const area = Math.abs((q.x - p.x) * (r.y - p.y) - (q.y - p.y) * (r.x - p.x));
      scale = Math.max(scale, Math.sqrt(area) / (step * focal));
      nearest = Math.min(nearest, Math.hypot(p.x - size.width / 2, p.y - size.height / 2) / focal);
    }
  return scale > 0 ? { scale, distance: nearest } : undefined;
}

/** Sutherland and Hodgman's clipping (1974) of a polygon in eye axes against the four sides of the view pyramid. */
function cutToScreen(polygon: Vector[], camera: Camera): Vector[] {
  const [tanX, tanY] = [camera.size.width / 2 / camera.focal, camera.size.height / 2 / camera.focal];
  const sides: Vector[] = [
    [1, 0, tanX],
    [-1, 0, tanX],
    [0, 1, tanY],
    [0, -1, tanY],
  ];
  let rest = polygon;
  for (const side of sides) {
    const kept: Vector[] = [];
    rest.forEach((p, i) => {
      const q = rest[(i + 1) % rest.length] as Vector;
      const [dp, dq] = [dot(p, side), dot(q, side)];
      if (dp > 0) kept.push(p);
      if (dp > 0 !== dq > 0) {
        const t = dp / (dp - dq);
        kept.push([p[0] + t * (q[0] - p[0]), p[1] + t * (q[1] - p[1]), p[2] + t * (q[2] - p[2])]);
      }
    });
    rest = kept;
  }
  return rest.filter((p) => p[2] > 1e-9);
}

/** Distance of the origin to a convex polygon in the plane z = 1. */
function distanceFromMiddle(polygon: Vector[]): number {
  let [inside, nearest, turn] = [true, Number.POSITIVE_INFINITY, 0];
  polygon.forEach((p, i) => {
    const q = polygon[(i + 1) % polygon.length] as Vector;
    const [px, py, qx, qy] = [p[0] / p[2], p[1] / p[2], q[0] / q[2], q[1] / q[2]];
    const side = Math.sign(px * qy - py * qx);
    if (side !== 0) {
      if (turn !== 0 && side !== turn) inside = false;
      turn = side;
    }
    const [ex, ey] = [qx - px, qy - py];
    const length = ex * ex + ey * ey;
    const t = length === 0 ? 0 : Math.min(1, Math.max(0, -(px * ex + py * ey) / length));
    nearest = Math.min(nearest, Math.hypot(px + t * ex, py + t * ey));
  });
  return inside ? 0 : nearest;
}
