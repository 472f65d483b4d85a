/** Control points by hand: the same thing is marked in two photos that the pictures alone do not join. */
import { useSignal } from "@preact/signals";
import type { Asset } from "../api/media.ts";
import { type ControlPoint, changeSet, type PhotoSet } from "../api/sets.ts";
import { t } from "../texts.ts";
import { Dialog } from "../ui/dialog.tsx";
import { SelectField } from "../ui/fields.tsx";
import { useSending } from "../ui/form.ts";
import { Icon } from "../ui/icons.tsx";
import { ProblemBox } from "../ui/states.tsx";
import { toast } from "../ui/toasts.tsx";

interface Props {
  set: PhotoSet;
  files: Asset[];
  close: () => void;
  changed: () => void;
}

type Pixel = [number, number];

export function PointsDialog({ set, files, close, changed }: Props) {
  const photos = set.photos
    .map((id) => files.find((file) => file.id === id))
    .filter((file): file is Asset => file !== undefined);
  const [first, second] = pairToBegin(set, photos);
  const sides = useSignal<[string, string]>([first, second]);
  const points = useSignal<ControlPoint[]>(set.settings.points);
  /** Set in one photo and not yet in the other. */
  const half = useSignal<[Pixel | undefined, Pixel | undefined]>([undefined, undefined]);
  const sending = useSending();
  const [a, b] = sides.value;
  const here = points.value.filter((point) => joins(point, a, b));

  const mark = (side: 0 | 1, at: Pixel): void => {
    const next: [Pixel | undefined, Pixel | undefined] = [...half.value];
    next[side] = at;
    const [inA, inB] = next;
    if (inA && inB) {
      points.value = [...points.value, { a, at: inA, b, seen: inB }];
      half.value = [undefined, undefined];
    } else half.value = next;
  };
  const choose = (side: 0 | 1, id: string): void => {
    sides.value = side === 0 ? [id, b] : [a, id];
    half.value = [undefined, undefined];
  };
  const send = async (): Promise<void> => {
    const settings = { ...set.settings, points: points.value };
    if (!(await sending.run(async () => void (await changeSet(set, { settings }))))) return;
    toast(t("set-begun", { name: set.name }));
    changed();
    close();
  };
  const same = JSON.stringify(points.value) === JSON.stringify(set.settings.points);
  const lonely = here.length === 1 && !same;
  return (
    <Dialog title={t("set-points")} onClose={close} wide>
      <div class="stack">
        {sending.problem && <ProblemBox problem={sending.problem} />}
        <p class="hint">{t("set-points-text")}</p>
        <div class="point-sides">
          {([0, 1] as const).map((side) => {
            const id = sides.value[side];
            const photo = photos.find((file) => file.id === id);
            return (
              <div key={side} class="stack tight">
                <SelectField
                  label={t(side === 0 ? "set-points-one" : "set-points-other")}
                  value={id}
                  options={photos
                    .filter((file) => file.id !== sides.value[1 - side])
                    .map((file) => ({ value: file.id, label: file.file_name }))}
                  onChange={(value) => choose(side, value)}
                />
                {photo && (
                  <Photo
                    photo={photo}
                    marks={here.map((point) => (point.a === id ? point.at : point.seen))}
                    half={half.value[side]}
                    mark={(at) => mark(side, at)}
                  />
                )}
              </div>
            );
          })}
        </div>
        {half.value.some(Boolean) && <p class="hint">{t("set-points-now-other")}</p>}
        {lonely && <p class="hint">{t("set-points-two")}</p>}
        <ol class="point-list">
          {here.map((point, index) => (
            <li key={index}>
              <span class="numbers">
                {index + 1}: {pixel(point.a === a ? point.at : point.seen)} —{" "}
                {pixel(point.a === a ? point.seen : point.at)}
              </span>
              <button
                type="button"
                class="icon-button"
                aria-label={t("set-points-remove", { number: index + 1 })}
                title={t("set-points-remove", { number: index + 1 })}
                onClick={() => {
                  points.value = points.value.filter((one) => one !== point);
                }}
              >
                <Icon name="trash" />
              </button>
            </li>
          ))}
        </ol>
        <footer class="dialog-foot">
          <span class="grow faint">{t("set-points-all", { count: points.value.length })}</span>
          <button type="button" class="button" onClick={close}>
            {t("cancel")}
          </button>
          <button type="button" class="button primary" disabled={sending.busy || same} onClick={() => void send()}>
            {t("set-again")}
          </button>
        </footer>
      </div>
    </Dialog>
  );
}

interface PhotoProps {
  photo: Asset;
  marks: Pixel[];
  half: Pixel | undefined;
  mark: (at: Pixel) => void;
}

/** A photo with its marks. By pointer, or by keys: the arrows move a cross-hair, Enter marks. */
function Photo({ photo, marks, half, mark }: PhotoProps) {
  const size: Pixel = [photo.probe?.width ?? 1, photo.probe?.height ?? 1];
  const hair = useSignal<Pixel | undefined>(undefined);
  const share = ([x, y]: Pixel) => ({
    left: `${(100 * (x + 0.5)) / size[0]}%`,
    top: `${(100 * (y + 0.5)) / size[1]}%`,
  });
  const inside = ([x, y]: Pixel): Pixel => [
    Math.max(0, Math.min(size[0] - 1, x)),
    Math.max(0, Math.min(size[1] - 1, y)),
  ];
  const keys: Record<string, Pixel> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  return (
    <button
      type="button"
      class="point-photo"
      aria-label={t("set-points-photo", { name: photo.file_name })}
      onClick={(event) => {
        // A click by key has no place; Enter is taken below.
        if (event.detail === 0) return;
        const box = event.currentTarget.getBoundingClientRect();
        const at: Pixel = [
          ((event.clientX - box.left) / box.width) * size[0] - 0.5,
          ((event.clientY - box.top) / box.height) * size[1] - 0.5,
        ];
        mark(inside(at));
      }}
      onKeyDown={(event) => {
        const step = keys[event.key];
        if (step) {
          event.preventDefault();
          const far = event.shiftKey ? 40 : 4;
          const from = hair.value ?? [size[0] / 2, size[1] / 2];
          hair.value = inside([from[0] + far * step[0], from[1] + far * step[1]]);
        } else if (event.key === "Enter" && hair.value) {
          event.preventDefault();
          mark(hair.value);
          hair.value = undefined;
        }
      }}
    >
      {photo.thumbnail && <img src={photo.thumbnail} alt="" />}
      {marks.map((at, index) => (
        <span key={index} class="point-mark" style={share(at)}>
          {index + 1}
        </span>
      ))}
      {half && <span class="point-mark half" style={share(half)} />}
      {hair.value && <span class="point-hair" style={share(hair.value)} />}
    </button>
  );
}

function joins(point: ControlPoint, a: string, b: string): boolean {
  return (point.a === a && point.b === b) || (point.a === b && point.b === a);
}

function pixel([x, y]: Pixel): string {
  return `${Math.round(x)}, ${Math.round(y)}`;
}

/** A photo that was left out and the one taken before it: that pair is probably why somebody is here. */
function pairToBegin(set: PhotoSet, photos: Asset[]): [string, string] {
  const lost = set.report?.left_out.find((photo) => !photo.on_purpose)?.photo;
  const at = Math.max(
    1,
    photos.findIndex((file) => file.file_name === lost),
  );
  return [photos[at - 1]?.id ?? "", photos[at]?.id ?? ""];
}
