/** What to say of a picture, from its measures. It never forbids: the photographer decides. */
import type { Need } from "../api/shot-list.ts";
import type { Measures } from "./measure.ts";

export interface Advice {
  /** `bad`: take it again; `look`: look at it once more. */
  tone: "bad" | "look";
  key: string;
  args?: Record<string, string | number>;
}

/**
 * Edges of sharp pictures are 2.0 to 3.3 pixels wide in the reduced copy; a blur of 1.5 pixels (standard deviation) or a
 * movement over 6 makes them 4 and more (docs/capture.md has the figures).
 */
const BLURRED = 3.6;
const VERY_BLURRED = 5.2;
/** Middle brightness below which a room is hardly seen. */
const DARK = 34;
/** Share of the picture without any drawing in its lights. */
const BURNT = 0.2;
/** Degrees. The server and the studio can turn a panorama upright, at the cost of sharpness; from here on it is seen. */
const LEANING = 4;
/** Times the usual difference of neighbours. */
const TORN = 3.5;

export function adviceOn(measures: Measures, need: Need): Advice[] {
  const advice: Advice[] = [];
  const { kind, blur, brightness, burnt, lean, seam } = measures;
  if (blur !== null && blur >= VERY_BLURRED) advice.push({ tone: "bad", key: "advice-blurred" });
  else if (blur !== null && blur >= BLURRED) advice.push({ tone: "bad", key: "advice-soft" });
  if (brightness < DARK) advice.push({ tone: "bad", key: "advice-dark" });
  if (burnt > BURNT) advice.push({ tone: "look", key: "advice-burnt", args: { share: Math.round(burnt * 100) } });
  if (lean && lean.angle >= LEANING)
    advice.push({ tone: "look", key: "advice-leaning", args: { angle: lean.angle.toFixed(0) } });
  if (seam !== null && seam > TORN) advice.push({ tone: "look", key: "advice-seam" });
  if (need !== "panorama" && kind !== "photo") advice.push({ tone: "look", key: "advice-panorama-here" });
  return advice;
}
