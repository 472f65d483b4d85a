/** "Share this view": the phone's own sheet where there is one, else the link on the clipboard. */
import type { Translate } from "@kanfang/shared/messages.ts";
import { writePlace } from "../tour/address.ts";
import { element } from "../ui/dom.ts";
import type { Host } from "./host.ts";

/** The address that shows what is seen now; from a foreign page that of the court's own page. */
export function linkOf(host: Pick<Host, "tour" | "scene" | "rig" | "embedded">, here: string): string {
  const url = host.embedded ? new URL(`/tour/${encodeURIComponent(host.tour.id)}`, here) : new URL(here);
  url.hash = writePlace(host.scene.id, host.rig.view);
  return url.href;
}

export async function share(host: Host, t: Translate): Promise<void> {
  const url = linkOf(host, location.href);
  if (navigator.maxTouchPoints > 0 && navigator.share) {
    try {
      await navigator.share({ title: `${host.tour.title} · ${host.scene.title}`, url });
      return;
    } catch (problem) {
      // The reader changed his mind: nothing more to do. Anything else: the clipboard may still work.
      if (problem instanceof DOMException && problem.name === "AbortError") return;
    }
  }
  host.tell((await copied(url)) ? t("extras-shared") : t("extras-share-by-hand", { url }));
}

async function copied(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Without HTTPS, or in a frame without the right: the old way.
    const field = element("textarea", { class: "kf-hidden", readonly: true }, text);
    document.body.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    return done;
  }
}
