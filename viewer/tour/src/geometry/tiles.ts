/**
 * Which tiles a view needs. Each visible tile is cut to the screen; the part that is left tells how many screen pixels a
 * texel covers there, and the tile that is magnified most is replaced by its children until nothing is magnified more
 * than allowed or the memory budget is spent. So neighbouring parts of one view may come from different levels. Pure.
 *
 * The picture plane maps a face plane by a homography whose area factor at the face point P (depth z along the view) is
 * focal² / z³, since both planes are at distance 1 and the map between them is a rotation.
 */
import { direction, dot, FACES } from "./cube.ts";
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

/** A tile with what every frame asks of it. Made once: a frame looks at some hundred of them. */
interface Patch extends Tile {
  rect: Rect;
  bytes: number;
  /** Edge of a texel on the face. */
  texel: number;
  children?: readonly Patch[];
}

const roots = new WeakMap<Pyramid, readonly Patch[]>();

export function bytesOf(pyramid: Pyramid, tile: Tile): number {
  const { width, height } = pixelsOf(pyramid, tile);
  return width * height * 4;
}

/** The smallest level of all faces. */
export function rootTiles(pyramid: Pyramid): readonly Tile[] {
  return rootPatches(pyramid);
}

function rootPatches(pyramid: Pyramid): readonly Patch[] {
  let patches = roots.get(pyramid);
  if (!patches) {
    patches = FACES.flatMap((face) => rootsOf(pyramid, face)).map((tile) => patchOf(pyramid, tile));
    roots.set(pyramid, patches);
  }
  return patches;
}

function childPatches(pyramid: Pyramid, patch: Patch): readonly Patch[] {
  patch.children ??= childrenOf(pyramid, patch).map((tile) => patchOf(pyramid, tile));
  return patch.children;
}

/** Tiles at any depth below a chosen one that were looked at before. */
export function knownUnder(tile: Tile): readonly Tile[] {
  return ((tile as Patch).children ?? []).flatMap((child) => [child, ...knownUnder(child)]);
}

function patchOf(pyramid: Pyramid, tile: Tile): Patch {
  const texel = 2 / edgeOf(pyramid, tile.level);
  return { ...tile, rect: rectOf(pyramid, tile), bytes: bytesOf(pyramid, tile), texel };
}

/** Tiles for the view, nearest to the middle first. They never overlap and cover all that is visible. Those of one pyramid are the same objects each time. */
export function chooseTiles(pyramid: Pyramid, camera: Camera, wish: Wish): Chosen[] {
  const open = seenOf(camera, rootPatches(pyramid));
  let bytes = sumOf(open);
  const done: Chosen[] = [];
  while (open.length > 0) {
    const worst = takeWorst(open);
    const patch = worst.tile as Patch;
    const children = worst.magnification > wish.magnification ? seenOf(camera, childPatches(pyramid, patch)) : [];
    const after = bytes - patch.bytes + sumOf(children);
    if (children.length === 0 || after > wish.bytes) {
      done.push(worst);
    } else {
      bytes = after;
      open.push(...children);
    }
  }
  return done.sort((p, q) => p.distance - q.distance || q.magnification - p.magnification);
}

function seenOf(camera: Camera, patches: readonly Patch[]): Chosen[] {
  const seen: Chosen[] = [];
  for (const patch of patches) {
    const part = seenPart(camera, patch);
    if (part) seen.push(part);
  }
  return seen;
}

function sumOf(chosen: readonly Chosen[]): number {
  let bytes = 0;
  for (const { tile } of chosen) bytes += (tile as Patch).bytes;
  return bytes;
}

function takeWorst(open: Chosen[]): Chosen {
  let at = 0;
  for (let i = 1; i < open.length; i++) if ((open[i]?.magnification ?? 0) > (open[at]?.magnification ?? 0)) at = i;
  return open.splice(at, 1)[0] as Chosen;
}

/** What of the tile is on the screen; undefined when nothing is. */
export function measure(pyramid: Pyramid, camera: Camera, tile: Tile): Chosen | undefined {
  return seenPart(camera, patchOf(pyramid, tile));
}

/** A polygon: x, y and depth of each corner in the eye's axes. A rectangle has eight corners at most once four planes have cut it. */
const polygon = { points: new Float64Array(24), spare: new Float64Array(24), corners: 0 };

function seenPart(camera: Camera, tile: Patch): Chosen | undefined {
  if (camera.behind > 0) return seenWide(camera, tile);
  const { left, top, right, bottom } = tile.rect;
  [left, right, right, left].forEach((a, i) => {
    const d = direction(tile.face, a, i < 2 ? top : bottom);
    polygon.points[3 * i] = dot(d, camera.right);
    polygon.points[3 * i + 1] = dot(d, camera.up);
    polygon.points[3 * i + 2] = dot(d, camera.forward);
  });
  polygon.corners = 4;
  cutToScreen(camera);
  if (polygon.corners < 3) return undefined;
  let nearest = Number.POSITIVE_INFINITY;
  for (let i = 0; i < polygon.corners; i++) nearest = Math.min(nearest, coordinate(i, 2));
  // The root of the area factor at the corner that is least deep.
  return { tile, magnification: tile.texel * camera.focal * nearest ** -1.5, distance: distanceFromMiddle() };
}

function coordinate(corner: number, axis: number): number {
  return polygon.points[3 * corner + axis] as number;
}

/** Points along each side by which a tile is judged where straight lines do not stay straight. */
const GRID = 9;

/** The same for a wide view: the tile's picture is judged by a grid of its points. */
function seenWide(camera: Camera, tile: Patch): Chosen | undefined {
  const { size, focal } = camera;
  const { left, top, right, bottom } = tile.rect;
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
  return scale > 0 ? { tile, magnification: tile.texel * focal * scale, distance: nearest } : undefined;
}

/** Sutherland and Hodgman's clipping (1974) of the polygon against the four sides of the view pyramid. */
function cutToScreen({ size, focal }: Camera): void {
  for (let side = 0; side < 4 && polygon.corners > 0; side++) {
    const axis = side >> 1;
    const sign = side % 2 === 0 ? 1 : -1;
    const reach = (axis === 0 ? size.width : size.height) / 2 / focal;
    const { points, spare, corners } = polygon;
    let kept = 0;
    for (let p = 0; p < corners; p++) {
      const q = (p + 1) % corners;
      const dp = sign * coordinate(p, axis) + reach * coordinate(p, 2);
      const dq = sign * coordinate(q, axis) + reach * coordinate(q, 2);
      if (dp > 0) between(kept++, p, q, 0);
      if (dp > 0 !== dq > 0) between(kept++, p, q, dp / (dp - dq));
    }
    polygon.points = spare;
    polygon.spare = points;
    polygon.corners = kept;
  }
}

/** A corner of the next polygon: on the way from p to q. */
function between(corner: number, p: number, q: number, part: number): void {
  for (let axis = 0; axis < 3; axis++)
    polygon.spare[3 * corner + axis] = coordinate(p, axis) + part * (coordinate(q, axis) - coordinate(p, axis));
}

/** Distance of the origin to the polygon in the plane z = 1; it is convex. */
function distanceFromMiddle(): number {
  let [inside, nearest, turn] = [true, Number.POSITIVE_INFINITY, 0];
  for (let i = 0; i < polygon.corners; i++) {
    const j = (i + 1) % polygon.corners;
    const px = coordinate(i, 0) / coordinate(i, 2);
    const py = coordinate(i, 1) / coordinate(i, 2);
    const qx = coordinate(j, 0) / coordinate(j, 2);
    const qy = coordinate(j, 1) / coordinate(j, 2);
    const side = Math.sign(px * qy - py * qx);
    if (side !== 0) {
      if (turn !== 0 && side !== turn) inside = false;
      turn = side;
    }
    const [ex, ey] = [qx - px, qy - py];
    const length = ex * ex + ey * ey;
    const t = length === 0 ? 0 : Math.min(1, Math.max(0, -(px * ex + py * ey) / length));
    nearest = Math.min(nearest, Math.hypot(px + t * ex, py + t * ey));
  }
  return inside ? 0 : nearest;
}
