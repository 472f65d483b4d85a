/** The circle around the photographer: what the photos of a turn show of it, and what is missing. */
import { t } from "../texts.ts";
import { gaps } from "./turn.ts";

const RADIANS = Math.PI / 180;

export function TurnRing({ headings, hfov }: { headings: number[]; hfov: number }) {
  const open = gaps(headings, hfov);
  const missing = open.reduce((sum, [from, to]) => sum + to - from, 0);
  const first = headings[0] ?? 0;
  const point = (degrees: number): string => {
    const turn = (degrees - first) * RADIANS;
    return `${(50 + 40 * Math.sin(turn)).toFixed(1)} ${(50 - 40 * Math.cos(turn)).toFixed(1)}`;
  };
  const widest = [...open].sort((one, other) => other[1] - other[0] - (one[1] - one[0]))[0];
  // Clockwise from the first photo, as a photographer counts who turns to the right.
  const towards = widest ? ((((widest[0] + widest[1]) / 2 - first) % 360) + 360) % 360 : 0;
  return (
    <div class="capture-level" data-missing={Math.round(missing)}>
      <svg viewBox="0 0 100 100" width="88" height="88" aria-hidden="true">
        <circle class={missing > 0 ? "ring" : "ring whole"} cx="50" cy="50" r="40" />
        {open.map(([from, to]) => (
          <path
            key={from}
            class="gap"
            d={`M${point(from)} A40 40 0 ${to - from > 180 ? 1 : 0} 1 ${point(Math.min(to, from + 359))}`}
          />
        ))}
      </svg>
      <p class="grow" role="status">
        {missing < 1
          ? t("capture-turn-whole")
          : t("capture-turn-missing", { missing: Math.round(missing), towards: Math.round(towards) })}
      </p>
    </div>
  );
}
