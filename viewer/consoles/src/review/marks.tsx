/** All hotspots of the tour, scene by scene, for the reviewer to go through; defects that no picture shows are flagged. */
import type { DraftHotspot, DraftScene } from "../api/tours.ts";
import { lacksPicture, nameOf } from "../studio/hotspots.ts";
import { HOTSPOT_ICONS } from "../studio/spot-layer.tsx";
import { t } from "../texts.ts";
import { Icon } from "../ui/icons.tsx";

interface Props {
  scenes: readonly DraftScene[];
  look: (scene: string, at: { yaw: number; pitch: number }) => void;
}

export function Marks({ scenes, look }: Props) {
  const marked = scenes.filter((scene) => (scene.hotspots ?? []).length > 0);
  const all = marked.flatMap((scene) => scene.hotspots ?? []);
  const bare = all.filter(lacksPicture).length;
  return (
    <section class="card" data-testid="marks">
      <header class="card-head">
        <h2>{t("marks", { count: all.length })}</h2>
        {bare > 0 && <span class="spot-flag inline">{t("marks-no-picture", { count: bare })}</span>}
      </header>
      {marked.length === 0 ? (
        <p class="card-body faint">{t("marks-none")}</p>
      ) : (
        <div class="card-body">
          {marked.map((scene) => (
            <section key={scene.id} class="stack tight">
              <h3>{scene.title || t("untitled")}</h3>
              <ul class="marks">
                {(scene.hotspots ?? []).map((one) => (
                  <li key={one.id}>
                    <button type="button" class="mark" onClick={() => look(scene.id, middleOf(one))}>
                      <Icon name={HOTSPOT_ICONS[one.kind]} />
                      <span class="grow">
                        {nameOf(one) || t(`spot-${one.kind}`)}
                        <span class="faint">{detailOf(one)}</span>
                      </span>
                      {lacksPicture(one) && <span class="spot-flag inline">{t("mark-no-picture")}</span>}
                    </button>
                  </li>
                ))}
              </ul>
            </section>
          ))}
        </div>
      )}
    </section>
  );
}

/** What a reviewer checks besides the name. */
function detailOf(hotspot: DraftHotspot): string {
  switch (hotspot.kind) {
    case "defect":
      return [
        hotspot.seen_on ? t("mark-seen-on", { date: hotspot.seen_on }) : "",
        hotspot.announcement ? t("mark-announcement", { sentence: hotspot.announcement }) : t("mark-no-announcement"),
        hotspot.pictures.length > 0 ? t("mark-pictures", { count: hotspot.pictures.length }) : "",
        hotspot.videos?.length ? t("mark-videos", { count: hotspot.videos.length }) : "",
      ]
        .filter(Boolean)
        .join(" · ");
    case "information":
      return hotspot.text;
    case "document":
    case "portal":
      return hotspot.url;
    case "measure":
      return t(`spot-method-${hotspot.method}`);
  }
}

/** Where one looks to see it: at a line's two ends. */
function middleOf(hotspot: DraftHotspot): { yaw: number; pitch: number } {
  if (hotspot.kind !== "measure") return { yaw: hotspot.yaw, pitch: hotspot.pitch };
  const turn = ((((hotspot.to.yaw - hotspot.yaw + 180) % 360) + 360) % 360) - 180;
  return { yaw: hotspot.yaw + turn / 2, pitch: (hotspot.pitch + hotspot.to.pitch) / 2 };
}
