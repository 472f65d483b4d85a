/** Sets of ordinary photos: what looks like one is proposed, what was made is shown with the report. */
import { useSignal } from "@preact/signals";
import { type Asset, takenFor } from "../api/media.ts";
import type { PhotoSet, Sets } from "../api/sets.ts";
import { t } from "../texts.ts";
import { Icon } from "../ui/icons.tsx";
import type { Resource } from "../ui/resource.ts";
import { ProblemBox } from "../ui/states.tsx";
import { SetCard } from "./set-card.tsx";
import { SetDialog } from "./set-dialog.tsx";

export function isPhoto(asset: Asset): boolean {
  return asset.state === "ready" && ["flat_photo", "fisheye", "dual_fisheye"].includes(takenFor(asset) ?? "");
}

interface Props {
  listing: string;
  resource: Resource<Sets>;
  files: Asset[];
  changed: () => void;
}

/** What the dialog is about: a new set of these photos, or one that is there. */
type Editing = { photos: string[]; set?: PhotoSet };

export function SetsPanel({ listing, resource, files, changed }: Props) {
  const editing = useSignal<Editing | undefined>(undefined);
  const found = resource.data.value;
  const photos = files.filter(isPhoto);
  const waiting = files.filter((file) => file.state === "waiting").length;
  // Agencies that send finished panorama pictures never see this.
  if (!resource.problem.value && photos.length === 0 && (found?.items.length ?? 0) === 0) return null;
  return (
    <section class="card">
      <header class="card-head">
        <h2>{t("sets")}</h2>
        <button
          type="button"
          class="button"
          disabled={photos.length === 0}
          onClick={() => {
            editing.value = { photos: [] };
          }}
        >
          <Icon name="plus" /> {t("set-choose")}
        </button>
      </header>
      {resource.problem.value && <ProblemBox problem={resource.problem.value} retry={() => void resource.reload()} />}
      <div class="sets">
        <p class="hint">{t("sets-text")}</p>
        {(found?.proposals ?? []).map((proposal) => (
          <div key={proposal.join()} class="set proposal">
            <Strip photos={proposal} files={files} />
            <div class="row apart">
              <span>
                {t("set-proposal", { count: proposal.length })}
                {waiting > 0 && <span class="hint"> {t("set-proposal-grows", { count: waiting })}</span>}
              </span>
              <button
                type="button"
                class="button primary"
                onClick={() => {
                  editing.value = { photos: proposal };
                }}
              >
                {t("set-make")}
              </button>
            </div>
          </div>
        ))}
        {(found?.items ?? []).map((set) => (
          <SetCard
            key={set.id}
            set={set}
            files={files}
            edit={() => {
              editing.value = { photos: set.photos, set };
            }}
            changed={changed}
          />
        ))}
      </div>
      {editing.value && (
        <SetDialog
          listing={listing}
          set={editing.value.set}
          chosen={editing.value.photos}
          photos={photos}
          close={() => {
            editing.value = undefined;
          }}
          changed={changed}
        />
      )}
    </section>
  );
}

/** The photos of a set, small, in a row that can be scrolled. */
export function Strip({ photos, files }: { photos: string[]; files: Asset[] }) {
  const named = photos.map((id) => files.find((file) => file.id === id));
  return (
    <ul class="strip" aria-label={t("set-photos")}>
      {named.map(
        (file) =>
          file && (
            <li key={file.id} title={file.file_name}>
              {file.thumbnail ? (
                <img src={file.thumbnail} alt={file.file_name} loading="lazy" />
              ) : (
                <Icon name="photo" />
              )}
            </li>
          ),
      )}
    </ul>
  );
}
