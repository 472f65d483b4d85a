/** Chooses photos of the listing for a hotspot: ordinary ones only, for a panorama's copy would show what masks hide. */
import { type Asset, allAssets, takenFor } from "../api/media.ts";
import { href } from "../router.ts";
import { t } from "../texts.ts";
import { Dialog } from "../ui/dialog.tsx";
import { useResource } from "../ui/resource.ts";
import { Empty, Loaded } from "../ui/states.tsx";

const MOST = 8;

/** All ordinary photos of a listing that have been checked. */
export async function photosOf(listing: string): Promise<Asset[]> {
  return (await allAssets(listing)).filter(
    (one) => one.state === "ready" && one.thumbnail !== null && takenFor(one) === "flat_photo",
  );
}

interface Props {
  listing: string;
  chosen: readonly string[];
  choose: (pictures: string[]) => void;
  onClose: () => void;
}

export function PicturePicker({ listing, chosen, choose, onClose }: Props) {
  const list = useResource(`photos/${listing}`, () => photosOf(listing));
  return (
    <Dialog title={t("spot-pictures-choose")} onClose={onClose} wide>
      <Loaded resource={list}>
        {(items) =>
          items.length === 0 ? (
            <Empty title={t("spot-pictures-none")}>
              <p>{t("spot-pictures-none-text")}</p>
              <a class="button" href={href(`/listings/${listing}/media`)}>
                {t("to-media")}
              </a>
            </Empty>
          ) : (
            <>
              <ul class="photo-picks">
                {items.map((one) => (
                  <li key={one.id}>
                    <label class="photo-pick">
                      <input
                        type="checkbox"
                        checked={chosen.includes(one.id)}
                        disabled={!chosen.includes(one.id) && chosen.length >= MOST}
                        onChange={(event) =>
                          choose(
                            event.currentTarget.checked ? [...chosen, one.id] : chosen.filter((id) => id !== one.id),
                          )
                        }
                      />
                      <img src={one.thumbnail ?? ""} alt="" loading="lazy" />
                      <span class="photo-pick-name">{one.file_name}</span>
                    </label>
                  </li>
                ))}
              </ul>
              <footer class="dialog-foot">
                <button type="button" class="button primary" onClick={onClose}>
                  {t("done")}
                </button>
              </footer>
            </>
          )
        }
      </Loaded>
    </Dialog>
  );
}
