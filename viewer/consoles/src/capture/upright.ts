/**
 * How far an equirectangular panorama leans. Upright lines of a level panorama are upright in the picture. If the camera leans
 * by a small angle ε towards yaw λ₀, an upright line at yaw λ and pitch φ is turned by ε·sin(λ − λ₀)/cos²φ (first order of the
 * rotation of the sphere). A sine is fitted to the turns of all nearly upright edges.
 */
import type { Grey } from "./measure.ts";

/** Degrees above and below the horizon that are looked at. */
const BAND = 40;
/** Most degrees by which an edge may be turned and still be taken for an upright one. */
const MOST = 14;
/** Least strength of an edge, grey values. */
const LEAST = 28;
/** Least edges, and least of twelve parts of the turn that have some. */
const FEWEST = 400;
const FEWEST_PARTS = 5;
const RADIANS = Math.PI / 180;

interface Edge {
  yaw: number;
  turn: number;
  weight: number;
}

/** Angle in degrees and the yaw towards which the camera leans; null where too little is upright. */
export function lean(grey: Grey): { angle: number; yaw: number } | null {
  const edges = uprightEdges(grey);
  const parts = new Set(edges.map((edge) => Math.floor(((edge.yaw / RADIANS + 180) / 360) * 12)));
  if (edges.length < FEWEST || parts.size < FEWEST_PARTS) return null;
  let [sine, cosine] = [0, 0];
  // Least squares with weights that fall with the distance (Cauchy), so that slanting things do not pull.
  for (let round = 0; round < 12; round += 1) {
    const scale = Math.max(0.8, 6 - round) * RADIANS;
    let [ss, sc, cc, st, ct] = [0, 0, 0, 0, 0];
    for (const { yaw, turn, weight } of edges) {
      const [s, c] = [Math.sin(yaw), Math.cos(yaw)];
      const off = (turn - sine * s - cosine * c) / scale;
      const own = weight / (1 + off * off);
      ss += own * s * s;
      sc += own * s * c;
      cc += own * c * c;
      st += own * s * turn;
      ct += own * c * turn;
    }
    const determinant = ss * cc - sc * sc;
    if (Math.abs(determinant) < 1e-9 * ss * cc) return null;
    sine = (st * cc - ct * sc) / determinant;
    cosine = (ct * ss - st * sc) / determinant;
  }
  // turn = ε·sin(λ − λ₀) = ε·cos λ₀·sin λ − ε·sin λ₀·cos λ.
  return { angle: Math.hypot(sine, cosine) / RADIANS, yaw: Math.atan2(-cosine, sine) / RADIANS };
}

function uprightEdges({ width, height, values }: Grey): Edge[] {
  const edges: Edge[] = [];
  const limit = Math.tan(MOST * RADIANS);
  const [top, bottom] = [Math.floor(height * (0.5 - BAND / 180)), Math.ceil(height * (0.5 + BAND / 180))];
  for (let y = Math.max(1, top); y < Math.min(height - 1, bottom); y += 2) {
    const level = Math.cos((0.5 - (y + 0.5) / height) * Math.PI) ** 2;
    for (let x = 2; x < width - 2; x += 1) {
      const at = y * width + x;
      const v = (offset: number): number => values[at + offset] as number;
      // Scharr's operator: its directions are the truest of those with nine pixels.
      const across = 3 * (v(1 - width) - v(-1 - width)) + 10 * (v(1) - v(-1)) + 3 * (v(1 + width) - v(-1 + width));
      if (Math.abs(across) < LEAST * 16) continue;
      const along =
        3 * (v(width - 1) - v(-width - 1)) + 10 * (v(width) - v(-width)) + 3 * (v(width + 1) - v(-width + 1));
      const turn = along / across;
      if (Math.abs(turn) > limit) continue;
      const yaw = ((x + 0.5) / width - 0.5) * 2 * Math.PI;
      edges.push({ yaw, turn: Math.atan(turn) * level, weight: level });
    }
  }
  return edges;
}
