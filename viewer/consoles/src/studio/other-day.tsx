/** The picture of another day of a scene: chosen among the listing's panoramas, dated, and turned until both look the same way. */
import { mountTour, type TourHandle } from "@kanfang/tour";
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { type DraftScene, type Finished, type OtherDay, previewDocument } from "../api/tours.ts";
import { language, t } from "../texts.ts";
import { Dialog } from "../ui/dialog.tsx";
import { TextField } from "../ui/fields.tsx";
import { toastProblem } from "../ui/toasts.tsx";
import type { StudioModel } from "./model.ts";
import { lonelyScene } from "./preview.tsx";

interface Props {
  model: StudioModel;
  scene: DraftScene;
  found: readonly Finished[];
}

export function OtherDayTool({ model, scene, found }: Props) {
  const aligning = useSignal(false);
  const fixed = !model.editable;
  const chosen = scene.other_day ?? null;
  const take = (other: OtherDay | null) => model.edit({ do: "other-day", scene: scene.id, other });
  const others = found.filter(({ id }) => id !== scene.panorama);
  if (others.length === 0 && !chosen) return null;
  return (
    <div class="tool">
      <h3>{t("other-day")}</h3>
      <label class="field">
        <span class="label">{t("other-day-picture")}</span>
        <select
          disabled={fixed}
          value={chosen?.panorama ?? ""}
          onChange={(event) => {
            const panorama = event.currentTarget.value;
            const captured_at = others.find(({ id }) => id === panorama)?.captured_on ?? null;
            take(panorama ? { panorama, captured_at, yaw_offset: 0 } : null);
          }}
        >
          <option value="">{t("other-day-none")}</option>
          {chosen && !others.some(({ id }) => id === chosen.panorama) && (
            <option value={chosen.panorama}>{t("other-day-chosen")}</option>
          )}
          {others.map(({ id, file_name, captured_on }) => (
            <option key={id} value={id}>
              {[file_name, captured_on].filter(Boolean).join(" · ")}
            </option>
          ))}
        </select>
      </label>
      {chosen && (
        <>
          <TextField
            label={t("other-day-date")}
            type="date"
            value={chosen.captured_at ?? ""}
            disabled={fixed}
            onChange={(day) => take({ ...chosen, captured_at: day || null })}
          />
          <div class="row">
            <button
              type="button"
              class="button small"
              onClick={() => {
                aligning.value = true;
              }}
            >
              {t("other-day-align")}
            </button>
            <span class="faint numbers">{t("other-day-offset", { yaw: chosen.yaw_offset.toFixed(1) })}</span>
          </div>
          {aligning.value && (
            <Align
              model={model}
              scene={scene}
              other={chosen}
              take={fixed ? undefined : take}
              onClose={() => {
                aligning.value = false;
              }}
            />
          )}
        </>
      )}
    </div>
  );
}

interface AlignProps {
  model: StudioModel;
  scene: DraftScene;
  other: OtherDay;
  /** Undefined where the draft may only be looked at. */
  take: ((other: OtherDay) => void) | undefined;
  onClose: () => void;
}

/** Both days beside each other; the slider turns the other one while one looks. */
function Align({ model, scene, other, take, onClose }: AlignProps) {
  const host = useRef<HTMLDivElement>(null);
  const handle = useRef<TourHandle | null>(null);
  // The viewer reads the offset from this object for each frame.
  const shown = useRef({ capturedAt: other.captured_at, yawOffset: other.yaw_offset, panorama: null as unknown });
  const yaw = useSignal(other.yaw_offset);
  useEffect(() => {
    let gone = false;
    const open = async (): Promise<void> => {
      await model.autosave.flush();
      const document = (await previewDocument(model.listing)) as { scenes?: Described[] };
      const described = document.scenes?.find(({ id }) => id === scene.id);
      if (gone || !host.current || !described?.otherDay) return;
      shown.current.panorama = described.otherDay.panorama;
      const tour = lonelyScene(scene, described.panorama, shown.current);
      handle.current = mountTour(host.current, { tour, language: language.value, deepLink: false });
      void opened(host.current);
    };
    open().catch(toastProblem);
    return () => {
      gone = true;
      handle.current?.destroy();
    };
  }, []);
  return (
    <Dialog title={t("other-day-align-title", { scene: scene.title })} wide onClose={onClose}>
      <p class="hint">{t("other-day-align-hint")}</p>
      <div ref={host} class="align-stage" />
      <label class="field">
        <span class="label">{t("other-day-offset", { yaw: yaw.value.toFixed(1) })}</span>
        <input
          type="range"
          min={-180}
          max={180}
          step={0.1}
          value={yaw.value}
          disabled={!take}
          onInput={(event) => {
            yaw.value = Number(event.currentTarget.value);
            shown.current.yawOffset = yaw.value;
            handle.current?.look({});
          }}
        />
      </label>
      <footer class="dialog-foot">
        <button type="button" class="button" onClick={onClose}>
          {t("cancel")}
        </button>
        {take && (
          <button
            type="button"
            class="button primary"
            onClick={() => {
              take({ ...other, yaw_offset: yaw.value });
              onClose();
            }}
          >
            {t("other-day-take")}
          </button>
        )}
      </footer>
    </Dialog>
  );
}

interface Described {
  id: string;
  panorama: unknown;
  otherDay?: { panorama: unknown };
}

/** Presses the viewer's own button for the comparison once it is there. */
async function opened(host: HTMLElement): Promise<void> {
  for (let tries = 0; tries < 100 && host.isConnected; tries += 1) {
    const tool = host.querySelector<HTMLButtonElement>(".kf-other-day:not([hidden])");
    if (tool) {
      tool.click();
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
