/**
 * Levels a panorama by hand: by quarters where it lies on its side, then with sliders. The picture turns as they are moved;
 * saving makes it anew from the same poses.
 */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Asset } from "../api/media.ts";
import { changeSet, type PhotoSet } from "../api/sets.ts";
import { t } from "../texts.ts";
import { Dialog } from "../ui/dialog.tsx";
import { Frame } from "../ui/fields.tsx";
import { useSending } from "../ui/form.ts";
import { ProblemBox } from "../ui/states.tsx";
import { toast } from "../ui/toasts.tsx";
import { nearestQuarter, retilt, type Tilt, wrapped } from "./tilting.ts";

interface Props {
  set: PhotoSet;
  panorama: Asset;
  close: () => void;
  changed: () => void;
}

const WIDTH = 960;
const MOST = 20;
const WHOLE = { yaw: [-180, 180], pitch: [-90, 90] } as { yaw: [number, number]; pitch: [number, number] };

export function TiltDialog({ set, panorama, close, changed }: Props) {
  const shown: Tilt = set.settings.tilt;
  const tilt = useSignal<Tilt>(shown);
  const sending = useSending();
  const canvas = useRef<HTMLCanvasElement>(null);
  const source = useSignal<ImageData | undefined>(undefined);

  useEffect(() => {
    const image = new Image();
    image.onload = () => {
      const flat = document.createElement("canvas");
      [flat.width, flat.height] = [image.naturalWidth, image.naturalHeight];
      const paper = flat.getContext("2d");
      paper?.drawImage(image, 0, 0);
      source.value = paper?.getImageData(0, 0, flat.width, flat.height);
    };
    image.src = panorama.thumbnail ?? "";
  }, [panorama.thumbnail]);

  useEffect(() => {
    const paper = canvas.current?.getContext("2d");
    if (!paper || !source.value) return;
    const target = paper.createImageData(WIDTH, WIDTH / 2);
    retilt(source.value, panorama.probe?.coverage ?? WHOLE, shown, tilt.value, target);
    paper.putImageData(target, 0, 0);
    // What should lie on lines: the horizon, and upright edges every 30 degrees.
    paper.strokeStyle = "rgb(255 255 255 / 75%)";
    paper.lineWidth = 1;
    paper.beginPath();
    paper.moveTo(0, WIDTH / 4);
    paper.lineTo(WIDTH, WIDTH / 4);
    for (let line = 1; line < 12; line++) {
      paper.moveTo((line * WIDTH) / 12 + 0.5, 0);
      paper.lineTo((line * WIDTH) / 12 + 0.5, WIDTH / 2);
    }
    paper.stroke();
  }, [source.value, tilt.value]);

  const send = async (): Promise<void> => {
    const settings = { ...set.settings, tilt: tilt.value };
    if (!(await sending.run(async () => void (await changeSet(set, { settings }))))) return;
    toast(t("set-begun", { name: set.name }));
    changed();
    close();
  };
  const same = tilt.value.pitch === shown.pitch && tilt.value.roll === shown.roll;
  return (
    <Dialog title={t("set-level")} onClose={close} wide>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        {sending.problem && <ProblemBox problem={sending.problem} />}
        <p class="hint">{t("set-level-text")}</p>
        <canvas
          class="tilt-picture"
          width={WIDTH}
          height={WIDTH / 2}
          ref={canvas}
          role="img"
          aria-label={t("set-panorama", { name: set.name })}
        />
        {(["roll", "pitch"] as const).map((axis) => (
          <TiltAxis
            key={axis}
            axis={axis}
            angle={tilt.value[axis]}
            move={(angle) => {
              tilt.value = { ...tilt.value, [axis]: wrapped(angle) };
            }}
          />
        ))}
        <footer class="dialog-foot">
          <button
            type="button"
            class="button"
            disabled={tilt.value.pitch === 0 && tilt.value.roll === 0}
            onClick={() => {
              tilt.value = { pitch: 0, roll: 0 };
            }}
          >
            {t("set-level-reset")}
          </button>
          <span class="grow" />
          <button type="button" class="button" onClick={close}>
            {t("cancel")}
          </button>
          <button type="submit" class="button primary" disabled={sending.busy || same}>
            {t("set-level-save")}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}

interface AxisProps {
  axis: keyof Tilt;
  angle: number;
  move: (angle: number) => void;
}

/** One axis of the tilt: a slider around the quarter turn that it is nearest to, and buttons that turn it by a quarter. */
function TiltAxis({ axis, angle, move }: AxisProps) {
  const quarter = nearestQuarter(angle);
  const button = (by: -90 | 90) => {
    const label = t(`set-level-${axis}-${by < 0 ? "less" : "more"}`);
    return (
      <button
        type="button"
        class="button small numbers"
        title={label}
        aria-label={label}
        onClick={() => move(angle + by)}
      >
        {by < 0 ? "−90°" : "+90°"}
      </button>
    );
  };
  return (
    <Frame label={t(`set-level-${axis}`)}>
      {(id) => (
        <div class="row tight tilt-axis">
          {button(-90)}
          <input
            id={id}
            type="range"
            class="grow"
            min={quarter - MOST}
            max={quarter + MOST}
            step={0.1}
            value={angle}
            onInput={(event) => move(event.currentTarget.valueAsNumber)}
          />
          {button(90)}
          <output class="numbers tilt-degrees" for={id}>
            {angle.toFixed(1)}°
          </output>
        </div>
      )}
    </Frame>
  );
}
