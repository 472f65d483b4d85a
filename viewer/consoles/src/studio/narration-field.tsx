/** What the guided tour says in a scene: in words, and as a recording of them. */
import type { DraftScene } from "../api/tours.ts";
import { t } from "../texts.ts";
import { TextField } from "../ui/fields.tsx";
import type { StudioModel } from "./model.ts";
import { NarrationSound } from "./narration-sound.tsx";

/** The server takes no more characters. */
const MOST = 1_000;

export function NarrationField({ model, scene }: { model: StudioModel; scene: DraftScene }) {
  const text = scene.narration ?? "";
  return (
    <div class="tool">
      <h3>{t("narration")}</h3>
      <TextField
        label={t("narration-text")}
        hint={t("narration-hint", { count: [...text].length, most: MOST })}
        value={text}
        rows={4}
        maxLength={MOST}
        disabled={!model.editable}
        onChange={(next) => model.edit({ do: "narration", scene: scene.id, text: next })}
      />
      <NarrationSound model={model} scene={scene} />
    </div>
  );
}
