/** Every picture that becomes public beside the panoramas, on notes and below the plan: opened one by one before the tour is approved. */
import { useSignal } from "@preact/signals";
import type { Mask, MasksOfPicture } from "../api/masks.ts";
import type { Tour, TourShown } from "../api/tours.ts";
import { MasksDialog } from "../masks/masks-dialog.tsx";
import { nameOf } from "../studio/hotspots.ts";
import { t } from "../texts.ts";
import { Dialog } from "../ui/dialog.tsx";
import { Icon } from "../ui/icons.tsx";
import type { Resource } from "../ui/resource.ts";

export interface ShownPicture {
  asset: string;
  /** Where it is shown. */
  name: string;
}

/** What notes show of one kind: each once, however often it is shown, with where it is shown first. */
export function shownInNotes(tour: Pick<Tour, "scenes">, what: "pictures" | "videos"): ShownPicture[] {
  const found = new Map<string, ShownPicture>();
  for (const scene of tour.scenes)
    for (const one of scene.hotspots ?? [])
      if (one.kind === "information" || one.kind === "defect")
        for (const asset of one[what] ?? [])
          if (!found.has(asset))
            found.set(asset, { asset, name: [scene.title, nameOf(one)].filter(Boolean).join(" · ") });
  return [...found.values()];
}

/** The pictures of notes and, where bidders see it, of the plan. */
export function shownPictures(tour: Pick<Tour, "scenes" | "plan">): ShownPicture[] {
  const notes = shownInNotes(tour, "pictures");
  const plan = tour.plan?.picture?.shown ? tour.plan.picture.asset : undefined;
  if (!plan || notes.some(({ asset }) => asset === plan)) return notes;
  return [...notes, { asset: plan, name: t("shown-plan") }];
}

/** Whether the court has looked at everything; the server asks for the same before it lets a tour be approved. */
export const allLookedAt = (shown: readonly TourShown[]): boolean => shown.every(({ seen }) => seen !== null);

/** What the tour shows of one kind that the server knows of, with its name. */
export function named(
  pieces: readonly ShownPicture[],
  kind: TourShown["kind"],
  known: readonly TourShown[],
): (TourShown & { name: string })[] {
  return pieces.flatMap(({ asset, name }) => {
    const found = known.find((one) => one.asset === asset && one.kind === kind);
    return found ? [{ ...found, name }] : [];
  });
}

interface Props {
  tour: Pick<Tour, "scenes" | "plan">;
  pieces: Resource<TourShown[]>;
  lists: readonly MasksOfPicture[];
  /** Tells the server that one was opened. */
  look: (piece: TourShown) => void;
}

export function ShownPictures({ tour, pieces, lists, look }: Props) {
  const open = useSignal<string | undefined>(undefined);
  const under = useSignal<string | undefined>(undefined);
  const shown = named(shownPictures(tour), "picture", pieces.data.value ?? []);
  if (shown.length === 0) return null;
  const count = shown.filter(({ seen }) => seen).length;
  const opened = shown.find(({ asset }) => asset === open.value);
  const masksOf = (asset: string): Mask[] =>
    lists.find((list) => list.surface === "flat" && list.asset === asset)?.items ?? [];
  return (
    <section class="card" data-testid="shown-pictures">
      <header class="card-head">
        <h2>{t("shown", { seen: count, count: shown.length })}</h2>
      </header>
      <div class="card-body">
        <p class="hint">{t("shown-text")}</p>
        <ul class="photo-picks">
          {shown.map((one) => (
            <li key={one.asset}>
              <button
                type="button"
                class="photo-pick"
                aria-label={t("shown-open", { name: one.name })}
                onClick={() => {
                  open.value = one.asset;
                }}
              >
                <img src={one.address} alt="" loading="lazy" />
                <span class="photo-pick-name">{one.name}</span>
                <span class="row tight">
                  <span class={one.seen ? "seen" : "faint"}>{one.seen ? t("seen") : t("not-seen")}</span>
                  {masksOf(one.asset).length > 0 && (
                    <span class="faint">{t("shown-masks", { count: masksOf(one.asset).length })}</span>
                  )}
                </span>
              </button>
            </li>
          ))}
        </ul>
      </div>
      {opened && (
        <Dialog
          title={opened.name}
          wide
          onClose={() => {
            open.value = undefined;
          }}
        >
          <Opened
            picture={opened}
            masks={masksOf(opened.asset)}
            loaded={() => look(opened)}
            compare={() => {
              under.value = opened.asset;
            }}
          />
        </Dialog>
      )}
      {under.value && (
        <MasksDialog
          asset={under.value}
          readOnly
          onClose={() => {
            under.value = undefined;
            void pieces.reload();
          }}
        />
      )}
    </section>
  );
}

interface OpenedProps {
  picture: TourShown & { name: string };
  masks: readonly Mask[];
  loaded: () => void;
  compare: () => void;
}

/** One picture as bidders will see it, with the outlines of what is hidden in it. */
function Opened({ picture, masks, loaded, compare }: OpenedProps) {
  const outlines = useSignal(true);
  const there = masks.filter(({ state }) => state !== "rejected");
  return (
    <>
      {!picture.shown && <p class="notice warn">{t("mask-review-waits")}</p>}
      <div class="shown-frame">
        <img
          class="shown-picture"
          src={picture.address}
          alt={picture.name}
          // Only what could be seen counts as seen.
          onLoad={loaded}
        />
        {outlines.value && there.length > 0 && (
          <svg class="shown-outlines" viewBox="0 0 1 1" preserveAspectRatio="none" aria-hidden="true">
            {there.map((mask) => (
              <polygon
                key={mask.id}
                class={`mask-shape ${mask.state}`}
                points={mask.corners.map((corner) => corner.join(",")).join(" ")}
              />
            ))}
          </svg>
        )}
      </div>
      <div class="row">
        {there.length > 0 && (
          <label class="check">
            <input
              type="checkbox"
              checked={outlines.value}
              onChange={(event) => {
                outlines.value = event.currentTarget.checked;
              }}
            />
            <span>{t("shown-outlines", { count: there.length })}</span>
          </label>
        )}
        {masks.length > 0 && (
          <button type="button" class="button small" onClick={compare}>
            <Icon name="eye" />
            {t("shown-compare")}
          </button>
        )}
      </div>
    </>
  );
}
