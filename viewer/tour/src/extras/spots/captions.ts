/** The captions of a video: shown by the player itself over the picture, and below it to be read at leisure. */
import { type Cue, captionsOn, fill, moment } from "@kanfang/shared/captions.ts";
import type { Translate } from "@kanfang/shared/messages.ts";
import { element } from "../../ui/dom.ts";
import { useSheet } from "../../ui/sheet.ts";
import sheet from "./captions.css?inline";

/** Shows them with the video; answers what is to be read. */
export function captioned(video: HTMLVideoElement, cues: readonly Cue[], t: Translate): HTMLElement {
  useSheet(sheet);
  const track = captionsOn(video, t("spots-captions"));
  if (track) fill(track, cues);
  const list = element("ol", {});
  for (const { start, text } of cues) {
    const line = element("button", { type: "button" }, element("span", { class: "kf-cue-time" }, moment(start)), text);
    line.addEventListener("click", () => {
      // Browsers jump not to the millisecond; the words before are to be gone.
      video.currentTime = start + 0.02;
    });
    list.append(element("li", {}, line));
  }
  const whole = element("details", { class: "kf-cues" }, element("summary", {}, t("spots-transcript")), list);
  // A browser that draws no captions has them here.
  whole.open = !track;
  return whole;
}
