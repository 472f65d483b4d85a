/** Makes a set or changes one: its name, its photos in order, the lens. */
import { useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import type { Asset } from "../api/media.ts";
import { addSet, changeSet, type PhotoSet, PLAIN, type SetSettings } from "../api/sets.ts";
import { commonRoom } from "../studio/room-names.ts";
import { language, t } from "../texts.ts";
import { Dialog } from "../ui/dialog.tsx";
import { SelectField, TextField } from "../ui/fields.tsx";
import { useSending } from "../ui/form.ts";
import { ProblemBox } from "../ui/states.tsx";
import { toast } from "../ui/toasts.tsx";
import { asTaken } from "./taking.ts";

interface Props {
  listing: string;
  set: PhotoSet | undefined;
  chosen: string[];
  photos: Asset[];
  close: () => void;
  changed: () => void;
}

const NADIRS = ["fill", "mark"] as const;
const LENSES = ["auto", "rectilinear", "fisheye"] as const;

export function SetDialog({ listing, set, chosen, photos, close, changed }: Props) {
  // Once: a guess costs a look at each of up to 120 names.
  const guess = useMemo(() => {
    const files = photos.filter(({ id }) => chosen.includes(id)).map(({ file_name }) => file_name);
    return commonRoom(files, language.value);
  }, []);
  const name = useSignal(set?.name ?? guess);
  const lens = useSignal(set?.settings.lens.split(":")[0] ?? "auto");
  const field = useSignal(set?.settings.lens.split(":")[1] ?? "");
  const nadir = useSignal<"fill" | "mark">(set?.settings.nadir ?? "fill");
  const reach = useSignal(String(set?.settings.nadir_degrees ?? ""));
  const taken = useSignal(chosen);
  const sending = useSending();
  const toggle = (id: string): void => {
    taken.value = taken.value.includes(id) ? taken.value.filter((one) => one !== id) : [...taken.value, id];
  };
  const send = async (): Promise<void> => {
    // Whatever the order of the clicks, and of the uploads, which overtake one another.
    const order = asTaken(photos.filter((photo) => taken.value.includes(photo.id))).map((photo) => photo.id);
    const degrees = field.value.trim().replace(",", ".");
    const known = lens.value === "auto" || degrees === "" ? lens.value : `${lens.value}:${degrees}`;
    const before = set?.settings ?? PLAIN;
    const points = before.points.filter((point) => order.includes(point.a) && order.includes(point.b));
    const { nadir: _, nadir_degrees: __, ...others } = before;
    const settings: SetSettings = { ...others, lens: known, points };
    if (nadir.value === "mark") {
      settings.nadir = "mark";
      const degrees = reach.value.trim().replace(",", ".");
      // What is no number becomes 0, which the server refuses with the range; never "no size stated".
      if (degrees !== "") settings.nadir_degrees = Number(degrees) || 0;
    }
    const wish = { name: name.value, photos: order, settings };
    const well = await sending.run(async () => {
      if (set) await changeSet(set, wish);
      else await addSet(listing, wish);
    });
    if (!well) return;
    toast(t("set-begun", { name: name.value }));
    changed();
    close();
  };
  return (
    <Dialog title={set ? t("set-edit") : t("set-new")} onClose={close} wide>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        {sending.problem && <ProblemBox problem={sending.problem} />}
        <TextField
          label={t("set-name")}
          value={name.value}
          onChange={(value) => {
            name.value = value;
          }}
          placeholder={t("set-name-example")}
          maxLength={80}
          required
          autofocus
        />
        <SelectField
          label={t("set-lens")}
          value={lens.value}
          options={LENSES.map((value) => ({ value, label: t(`set-lens-${value}`) }))}
          onChange={(value) => {
            // A field of view belongs to its lens.
            [lens.value, field.value] = [value, ""];
          }}
        />
        {lens.value !== "auto" && (
          <TextField
            label={t("set-field")}
            hint={t("set-field-hint")}
            value={field.value}
            onChange={(value) => {
              field.value = value;
            }}
            inputMode="decimal"
            suffix="°"
          />
        )}
        <SelectField
          label={t("set-nadir")}
          value={nadir.value}
          options={NADIRS.map((value) => ({ value, label: t(`set-nadir-${value}`) }))}
          onChange={(value) => {
            nadir.value = value === "mark" ? "mark" : "fill";
          }}
          hint={t("set-nadir-hint")}
        />
        {nadir.value === "mark" && (
          <TextField
            label={t("set-nadir-degrees")}
            hint={t("set-nadir-degrees-hint")}
            value={reach.value}
            onChange={(value) => {
              reach.value = value;
            }}
            inputMode="decimal"
            suffix="°"
          />
        )}
        <fieldset class="picker">
          <legend>{t("set-photos-of", { chosen: taken.value.length, of: photos.length })}</legend>
          {photos.map((photo) => (
            <label key={photo.id} class={taken.value.includes(photo.id) ? "set-photo chosen" : "set-photo"}>
              <input type="checkbox" checked={taken.value.includes(photo.id)} onChange={() => toggle(photo.id)} />
              {photo.thumbnail && <img src={photo.thumbnail} alt="" loading="lazy" />}
              <span title={photo.file_name}>{photo.file_name}</span>
            </label>
          ))}
        </fieldset>
        <footer class="dialog-foot">
          <button type="button" class="button" onClick={close}>
            {t("cancel")}
          </button>
          <button type="submit" class="button primary" disabled={sending.busy || taken.value.length < 1}>
            {set ? t("set-again") : t("set-make")}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
