/** A spirit level: the telephone lies on the tripod's plate or on the camera and says how it leans. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { t } from "../texts.ts";

/** iOS asks the person first, and only within a tap. */
type Asking = typeof DeviceOrientationEvent & { requestPermission?: () => Promise<"granted" | "denied"> };

/** Degrees that count as level. */
const LEVEL = 1;
/** Degrees at the rim of the glass. */
const RIM = 10;

export function SpiritLevel() {
  const on = useSignal(false);
  const denied = useSignal(false);
  const lean = useSignal<{ front: number; side: number } | undefined>(undefined);
  useEffect(() => {
    if (!on.value) return undefined;
    const read = ({ beta, gamma }: DeviceOrientationEvent): void => {
      if (beta !== null && gamma !== null) lean.value = { front: beta, side: gamma };
    };
    window.addEventListener("deviceorientation", read);
    return () => window.removeEventListener("deviceorientation", read);
  }, [on.value]);
  if (typeof DeviceOrientationEvent === "undefined") return null;
  const begin = async (): Promise<void> => {
    const asking = DeviceOrientationEvent as Asking;
    const answer = asking.requestPermission ? await asking.requestPermission().catch(() => "denied") : "granted";
    denied.value = answer === "denied";
    on.value = answer === "granted";
  };
  if (!on.value)
    return (
      <div class="row">
        <button type="button" class="button" onClick={() => void begin()}>
          {t("capture-level")}
        </button>
        {denied.value && <p class="hint">{t("capture-level-denied")}</p>}
      </div>
    );
  const now = lean.value;
  const angle = now ? Math.hypot(now.front, now.side) : 0;
  const place = (degrees: number): number => 50 + Math.max(-40, Math.min(40, (degrees / RIM) * 40));
  return (
    <div class="capture-level" data-level={now !== undefined && angle <= LEVEL}>
      <svg viewBox="0 0 100 100" width="88" height="88" aria-hidden="true">
        <circle cx="50" cy="50" r="46" />
        <circle cx="50" cy="50" r="12" />
        {/* A bubble goes to the higher side. */}
        {now && <circle class="bubble" cx={place(-now.side)} cy={place(-now.front)} r="9" />}
      </svg>
      <div class="grow">
        <p class="hint">{t("capture-level-how")}</p>
        <p class="strong numbers">
          {now ? t("capture-level-angle", { angle: angle.toFixed(1) }) : t("capture-level-none")}
        </p>
      </div>
    </div>
  );
}
