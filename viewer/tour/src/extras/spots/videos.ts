/** The videos of a hotspot: nothing but the still is loaded before somebody presses play. */
import type { Translate } from "@kanfang/shared/messages.ts";
import { element } from "../../ui/dom.ts";
import { pictures as files } from "../../ui/picture-address.ts";
import { showPublished } from "../checked-picture.ts";
import { captioned } from "./captions.ts";
import type { Video } from "./read.ts";

export function videosOf(videos: readonly Video[], name: string, { t }: { t: Translate }): HTMLElement[] {
  return videos.flatMap(({ address, still, captions }, index) => {
    const label = t("spots-video", { name, number: index + 1, count: videos.length });
    // WeChat's browsers on Android and iOS would take the whole screen for it.
    const video = element("video", {
      class: "kf-spot-video",
      controls: true,
      preload: "none",
      playsinline: true,
      "webkit-playsinline": true,
      "x5-playsinline": true,
      src: files.address(address),
      "aria-label": label,
    });
    video.addEventListener("error", () => {
      video.replaceWith(element("p", { class: "kf-no-picture" }, t("spots-no-video")));
    });
    // It plays without its still, too.
    void showPublished(still, (url) => video.setAttribute("poster", url)).catch(() => {});
    return captions.length > 0 ? [video, captioned(video, captions, t)] : [video];
  });
}
