/** All views of a room on one screen: the six faces of its cube, with masks, hotspots, arrows and the reviewer's pins on them. */
import type { Corner } from "../api/masks.ts";
import type { DraftScene, View } from "../api/tours.ts";
import { outlineOnScreen } from "../masks/project.ts";
import { nameOf } from "../studio/hotspots.ts";
import type { NumberedPin } from "../studio/pins.tsx";
import { type Direction, onScreen, through } from "../studio/project.ts";
import { HOTSPOT_ICONS } from "../studio/spot-layer.tsx";
import { t } from "../texts.ts";
import { Icon, type IconName } from "../ui/icons.tsx";

/** Each face is a picture of 90° of its own (docs/contract.md, cube geometry). */
const FACES = [
  { face: "f", name: "ahead", yaw: 0, pitch: 0 },
  { face: "r", name: "right", yaw: 90, pitch: 0 },
  { face: "b", name: "behind", yaw: 180, pitch: 0 },
  { face: "l", name: "left", yaw: -90, pitch: 0 },
  { face: "u", name: "above", yaw: 0, pitch: 90 },
  { face: "d", name: "below", yaw: 0, pitch: -90 },
] as const;
const UNIT = { width: 1, height: 1 };

interface Mark {
  key: string;
  at: Direction;
  kind: string;
  icon?: IconName;
  number?: number;
  text: string;
}

interface Props {
  scene: DraftScene;
  masks: readonly Corner[][];
  pins: readonly NumberedPin[];
  titleOf: (scene: string) => string;
  /** A press on a picture: what is seen there. */
  onChoose: (at: Direction) => void;
}

function marksOf({ scene, pins, titleOf }: Props): Mark[] {
  return [
    ...scene.links.map((link, index) => ({
      key: `link/${index}`,
      at: link,
      kind: "link",
      icon: "up" as const,
      text: t("link-to", { scene: titleOf(link.target) }),
    })),
    ...(scene.hotspots ?? []).map((one) => ({
      key: one.id,
      at: one,
      kind: one.kind,
      icon: HOTSPOT_ICONS[one.kind],
      text: nameOf(one) || t(`spot-${one.kind}`),
    })),
    ...pins
      .filter((pin) => pin.scene === scene.id)
      .map((pin) => ({
        key: `pin/${pin.number}`,
        at: pin,
        kind: "pin",
        number: pin.number,
        text: t("pin-name", { number: pin.number, text: pin.text }),
      })),
  ];
}

export function RoomSheet(props: Props) {
  const { scene, masks, onChoose } = props;
  const marks = marksOf(props);
  return (
    <div class="room-sheet" data-testid="room-sheet">
      {FACES.map(({ face, name, yaw, pitch }) => {
        const view: View = { yaw, pitch, hfov: 90 };
        const seen = marks.flatMap((mark) => {
          const at = onScreen(mark.at, view, UNIT);
          return at && at.x >= 0 && at.x <= 1 && at.y >= 0 && at.y <= 1 ? [{ mark, at }] : [];
        });
        return (
          <figure key={face} class="room-face">
            <button
              type="button"
              class="face-button"
              aria-label={t("face-look", { side: t(`face-${name}`) })}
              onClick={(event) => {
                // By keyboard: the middle.
                const box = event.currentTarget.getBoundingClientRect();
                const point = event.detail
                  ? { x: (event.clientX - box.left) / box.width, y: (event.clientY - box.top) / box.height }
                  : { x: 0.5, y: 0.5 };
                onChoose(through(point, view, UNIT));
              }}
            >
              <img src={`/api/v1/panoramas/${scene.panorama}/still/${face}.jpg`} alt="" loading="lazy" />
            </button>
            <svg viewBox="0 0 1 1" aria-hidden="true">
              {masks.map((corners, index) => {
                const outline = outlineOnScreen(corners, view, UNIT);
                return (
                  outline.length > 2 && (
                    <polygon key={index} points={outline.map(({ x, y }) => `${x},${y}`).join(" ")} />
                  )
                );
              })}
            </svg>
            {seen.map(({ mark, at }) => (
              <span
                key={mark.key}
                class={mark.kind === "pin" ? "face-mark pin" : `face-mark mark-${mark.kind}`}
                style={{ left: `${at.x * 100}%`, top: `${at.y * 100}%` }}
                title={mark.text}
              >
                {mark.icon ? <Icon name={mark.icon} /> : mark.number}
              </span>
            ))}
            <figcaption>{t(`face-${name}`)}</figcaption>
          </figure>
        );
      })}
    </div>
  );
}
