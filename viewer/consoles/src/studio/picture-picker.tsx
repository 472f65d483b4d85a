/**
 * Chooses photos or videos of the listing for a hotspot: ordinary photos only, for a panorama's copy would show what masks
 * hide, and videos that are converted.
 */
import { type Asset, allAssets, takenFor } from "../api/media.ts";
import { href } from "../router.ts";
import { t } from "../texts.ts";
import { Dialog } from "../ui/dialog.tsx";
import { useResource } from "../ui/resource.ts";
import { Empty, Loaded } from "../ui/states.tsx";

/** How many of each a hotspot may show; the server's words. */
const MOST = { pictures: 8, videos: 2 };
export type Shown = keyof typeof MOST;

/** What of a listing can be shown. */
async function choiceOf(listing: string, what: Shown): Promise<Asset[]> {
  const isOne = (one: Asset) => (what === "videos" ? one.video !== null : takenFor(one) === "flat_photo");
  return (await allAssets(listing)).filter((one) => one.state === "ready" && one.thumbnail !== null && isOne(one));
}

interface Props {
  listing: string;
  what: Shown;
  chosen: readonly string[];
  choose: (pictures: string[]) => void;
  onClose: () => void;
}

export function PicturePicker({ listing, what, chosen, choose, onClose }: Props) {
  const list = useResource(`${what}/${listing}`, () => choiceOf(listing, what));
  return (
    <Dialog title={t(`spot-${what}-choose`)} onClose={onClose} wide>
      <Loaded resource={list}>
        {(items) =>
          items.length === 0 ? (
            <Empty title={t(`spot-${what}-none`)}>
              <p>{t(`spot-${what}-none-text`)}</p>
              <a class="button" href={href(`/listings/${listing}/media`)}>
                {t("to-media")}
              </a>
            </Empty>
          ) : (
            <>
              {what === "videos" && <p class="hint">{t("spot-videos-note")}</p>}
              <ul class="photo-picks">
                {items.map((one) => (
                  <li key={one.id}>
                    <label class="photo-pick">
                      <input
                        type="checkbox"
                        checked={chosen.includes(one.id)}
                        disabled={!chosen.includes(one.id) && chosen.length >= MOST[what]}
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
