/** The panoramas of a listing for the tools of a scene: loaded anew with each scene, for others may have been tiled since. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { type Finished, panoramas } from "../api/tours.ts";

/** None before the first answer; without an answer what was there stays. */
export function useFinished(listing: string, scene: string | undefined): readonly Finished[] {
  const found = useSignal<readonly Finished[]>([]);
  useEffect(() => {
    if (scene === undefined) return;
    panoramas(listing).then(
      (items) => {
        found.value = items;
      },
      () => {},
    );
  }, [listing, scene]);
  return found.value;
}
