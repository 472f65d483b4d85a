/** An equirectangular picture seen after the horizon is turned: what the dialog shows while somebody turns it. */

/** Degrees by which the middle is raised, and the picture is turned clockwise. */
export interface Tilt {
  pitch: number;
  roll: number;
}

/** An angle within half a turn to each side, degrees. */
export function wrapped(angle: number): number {
  return angle > 180 ? angle - 360 : angle < -180 ? angle + 360 : angle;
}

/** The quarter turn that an angle is nearest to, degrees. */
export function nearestQuarter(angle: number): number {
  return 90 * Math.round(angle / 90);
}

/** Borders of a picture on the sphere, degrees: left and right, lower and upper. */
export interface Coverage {
  yaw: [number, number];
  pitch: [number, number];
}

type Matrix = [number, number, number, number, number, number, number, number, number];

const RADIANS = Math.PI / 180;

/** Rows of the turn; x right, y up, z ahead. The same as `stitch::by_hand::turned` on the server. */
export function turned({ pitch, roll }: Tilt): Matrix {
  const [sp, cp] = [Math.sin(pitch * RADIANS), Math.cos(pitch * RADIANS)];
  const [sr, cr] = [Math.sin(roll * RADIANS), Math.cos(roll * RADIANS)];
  return [cr, sr, 0, -cp * sr, cp * cr, sp, sp * sr, -sp * cr, cp];
}

/** The product of `a` and the transpose of `b`. */
function timesTransposed(a: Matrix, b: Matrix): Matrix {
  const cell = (row: number, column: number): number =>
    [0, 1, 2].reduce((sum, k) => sum + (a[3 * row + k] as number) * (b[3 * column + k] as number), 0);
  return [0, 1, 2, 3, 4, 5, 6, 7, 8].map((at) => cell(Math.floor(at / 3), at % 3)) as Matrix;
}

/**
 * Draws `source`, which shows `coverage` with the tilt `shown`, into `target`, a whole sphere twice as wide as high, as it
 * will be with the tilt `wanted`. What no pixel covers becomes grey.
 */
export function retilt(source: ImageData, coverage: Coverage, shown: Tilt, wanted: Tilt, target: ImageData): void {
  const m = timesTransposed(turned(shown), turned(wanted));
  const [from, to] = [new Uint32Array(source.data.buffer), new Uint32Array(target.data.buffer)];
  const across = source.width / ((coverage.yaw[1] - coverage.yaw[0]) * RADIANS);
  const down = source.height / ((coverage.pitch[1] - coverage.pitch[0]) * RADIANS);
  const [left, top] = [coverage.yaw[0] * RADIANS, coverage.pitch[1] * RADIANS];
  for (let row = 0; row < target.height; row++) {
    const latitude = (0.5 - (row + 0.5) / target.height) * Math.PI;
    const [y, flat] = [Math.sin(latitude), Math.cos(latitude)];
    for (let column = 0; column < target.width; column++) {
      const longitude = ((column + 0.5) / target.width - 0.5) * 2 * Math.PI;
      const [x, z] = [flat * Math.sin(longitude), flat * Math.cos(longitude)];
      const sx = m[0] * x + m[1] * y + m[2] * z;
      const sy = m[3] * x + m[4] * y + m[5] * z;
      const sz = m[6] * x + m[7] * y + m[8] * z;
      let u = Math.floor((Math.atan2(sx, sz) - left) * across);
      const v = Math.floor((top - Math.asin(Math.max(-1, Math.min(1, sy)))) * down);
      // Exactly behind, both ends of a whole turn are the same.
      if (u === source.width) u = coverage.yaw[1] - coverage.yaw[0] >= 360 ? 0 : u;
      const inside = u >= 0 && u < source.width && v >= 0 && v < source.height;
      to[row * target.width + column] = inside ? (from[v * source.width + u] as number) : 0xff9a9a9a;
    }
  }
}
