/** Where the photos of a set look, on the sphere laid flat, and how well those that overlap fit. */
import type { StitchReport } from "../api/sets.ts";
import { t } from "../texts.ts";

/** Minutes of arc beyond which nobody overlooks a seam. */
const GOOD = 3;
const FAIR = 8;

interface Props {
  report: Pick<StitchReport, "overlaps"> & { placed: Pick<StitchReport["placed"][number], "photo" | "attitude">[] };
  /** A picture of the whole sphere to lie under it, as an address. */
  under?: string | undefined;
}

interface Place {
  x: number;
  y: number;
}

/** Left, top, width and height of the whole map, with a little of both sides beyond it. */
const WHOLE = [-8, 0, 376, 180] as const;
/** Degrees that are shown at least. */
const NARROWEST = 40;

/** The part of the map in which the photos of a narrow panorama can be told apart; the whole of it for others. */
export function framed(places: readonly Place[]): readonly [number, number, number, number] {
  const [left, top, width, height] = WHOLE;
  const [xs, ys] = [places.map(({ x }) => x), places.map(({ y }) => y)];
  const [a, b, c, d] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const across = Math.max(1.5 * (b - a), (1.5 * (d - c) * width) / height, NARROWEST);
  if (places.length === 0 || across > width / 2) return WHOLE;
  const down = (across * height) / width;
  const within = (middle: number, size: number, first: number, whole: number): number =>
    Math.min(Math.max(middle - size / 2, first), first + whole - size);
  return [within((a + b) / 2, across, left, width), within((c + d) / 2, down, top, height), across, down];
}

export function LayoutMap({ report, under }: Props) {
  const places = new Map(
    report.placed.map((photo) => [photo.photo, { x: photo.attitude.yaw + 180, y: 90 - photo.attitude.pitch }]),
  );
  const frame = framed([...places.values()]);
  const scale = frame[2] / WHOLE[2];
  return (
    <svg
      class="layout-map"
      viewBox={frame.join(" ")}
      style={`--scale: ${scale}`}
      role="img"
      aria-label={t("set-layout")}
    >
      {under && <image href={under} x="0" y="0" width="360" height="180" opacity="0.45" />}
      <path class="layout-grid" d="M-8 90H368M90 0V180M180 0V180M270 0V180" />
      {report.overlaps.flatMap((pair, index) => {
        const [a, b] = [places.get(pair.a), places.get(pair.b)];
        if (!a || !b) return [];
        // Around the back: two halves that leave at one border and come in at the other.
        const wrap = b.x - a.x > 180 ? -360 : b.x - a.x < -180 ? 360 : 0;
        const fit = pair.misalignment <= GOOD ? "good" : pair.misalignment <= FAIR ? "fair" : "bad";
        const title = t("set-layout-pair", { a: pair.a, b: pair.b, arcmin: pair.misalignment.toFixed(1) });
        return (wrap === 0 ? [0] : [0, -wrap]).map((shift) => (
          <line key={`${index}/${shift}`} class={fit} x1={a.x + shift} y1={a.y} x2={b.x + wrap + shift} y2={b.y}>
            <title>{title}</title>
          </line>
        ));
      })}
      {report.placed.map((photo, index) => {
        const place = places.get(photo.photo);
        return (
          place && (
            <g key={photo.photo} transform={`translate(${place.x} ${place.y}) scale(${scale})`}>
              <circle r="6">
                <title>{photo.photo}</title>
              </circle>
              <text dy="2.4">{index + 1}</text>
            </g>
          )
        );
      })}
    </svg>
  );
}
