/** One room: what is needed, taking it, and what was found out about each picture. */
import { useRef } from "preact/hooks";
import { NEEDS, type Need, NOT_TAKEN, type NotTaken, type Room, type ShotList } from "../api/shot-list.ts";
import { href } from "../router.ts";
import { t } from "../texts.ts";
import { Icon } from "../ui/icons.tsx";
import { toastProblem } from "../ui/toasts.tsx";
import { SpiritLevel } from "./level.tsx";
import type { CaptureModel } from "./model.ts";
import { filesOf, inRoom, photosForTurn, progressOf, USUAL_HFOV } from "./progress.ts";
import { Chip } from "./room-list.tsx";
import { SentTile, ShotTile } from "./tiles.tsx";
import { TurnRing } from "./turn-ring.tsx";

interface Props {
  model: CaptureModel;
  list: ShotList;
  room: Room;
}

export function RoomView({ model, list, room }: Props) {
  const progress = progressOf(room, list.rooms, list.files, model.shots.value);
  const at = list.rooms.indexOf(room);
  const beside = (step: number): Room | undefined => list.rooms[at + step];
  const way = (to: Room | undefined, text: string, icon: "undo" | "arrow") =>
    to ? (
      <a class="button large" href={href(`/listings/${list.listing}/capture?room=${to.id}`)}>
        {icon === "arrow" ? `${text}${to.name}` : `‹ ${to.name}`}
        {icon === "arrow" && <Icon name="arrow" />}
      </a>
    ) : (
      <a class="button large" href={href(`/listings/${list.listing}/capture`)}>
        {t("capture-to-rooms")}
      </a>
    );
  const rest = NEEDS.filter((need) => !progress.some((one) => one.need === need));
  return (
    <>
      {room.note && <p class="notice slim">{room.note}</p>}
      {progress.map((one) => (
        <NeedPart key={one.need} model={model} list={list} room={room} need={one.need}>
          <Chip progress={one} />
        </NeedPart>
      ))}
      {list.may_edit && rest.length > 0 && (
        <details class="card capture-more">
          <summary>{t("capture-more-needs")}</summary>
          <div class="stack">
            {rest.map((need) => (
              <NeedPart key={need} model={model} list={list} room={room} need={need} />
            ))}
          </div>
        </details>
      )}
      {list.may_edit && <NotTakenPart model={model} list={list} room={room} />}
      <nav class="capture-foot" aria-label={t("capture-rooms")}>
        {way(beside(-1), "", "undo")}
        {way(beside(1), t("capture-next-room"), "arrow")}
      </nav>
    </>
  );
}

function NeedPart({ model, list, room, need, children }: Props & { need: Need; children?: preact.ComponentChildren }) {
  const camera = useRef<HTMLInputElement>(null);
  const gallery = useRef<HTMLInputElement>(null);
  const name = t(`capture-need-${need}`);
  const shots = model.shots.value.filter((shot) => shot.need === need && inRoom(shot, room, list.rooms));
  const own = new Set(shots.map((shot) => shot.asset));
  const sent = filesOf(room, list.rooms, list.files).filter(
    (file) => file.shown?.need === need && !own.has(file.asset),
  );
  const turning = shots.filter((shot) => shot.heading !== null && shot.measures?.kind === "photo");
  const take = (input: HTMLInputElement): void => {
    // Copied before the input is emptied: the list is live.
    const files = [...(input.files ?? [])];
    input.value = "";
    if (files.length > 0) model.take(room, need, files).catch(toastProblem);
  };
  const isPanorama = need === "panorama";
  const cameraText = t(isPanorama ? "capture-take-turn" : "capture-take-photo");
  const galleryText = t(isPanorama ? "capture-choose-panorama" : "capture-choose-files");
  const cameraButton = (
    <button
      type="button"
      class={`button large ${isPanorama ? "" : "primary"}`}
      aria-label={`${cameraText} ${name}`}
      onClick={() => camera.current?.click()}
    >
      <Icon name="photo" />
      {cameraText}
    </button>
  );
  const galleryButton = (
    <button
      type="button"
      class={`button large ${isPanorama ? "primary" : ""}`}
      aria-label={`${galleryText} ${name}`}
      onClick={() => gallery.current?.click()}
    >
      <Icon name="upload" />
      {galleryText}
    </button>
  );
  return (
    <section class="card capture-need" aria-label={name} data-need={need}>
      <header class="card-head">
        <h2>{name}</h2>
        {children}
      </header>
      <div class="card-body">
        <p class="hint">{t(`capture-how-${need}`, isPanorama ? { count: photosForTurn(null) } : {})}</p>
        {isPanorama && list.may_edit && <SpiritLevel />}
        {(shots.length > 0 || sent.length > 0) && (
          <ul class="capture-tiles">
            {sent.map((file) => (
              <SentTile key={file.asset} file={file} />
            ))}
            {shots.map((shot) => (
              <ShotTile key={shot.id} shot={shot} model={model} />
            ))}
          </ul>
        )}
        {isPanorama && turning.length > 1 && (
          <TurnRing headings={turning.map((shot) => shot.heading as number)} hfov={turning[0]?.hfov ?? USUAL_HFOV} />
        )}
        {list.may_edit && (
          <div class="capture-take">
            {isPanorama ? galleryButton : cameraButton}
            {isPanorama ? cameraButton : galleryButton}
            <input
              ref={camera}
              type="file"
              accept="image/*"
              capture="environment"
              hidden
              data-testid={`camera-${need}`}
              onChange={(event) => take(event.currentTarget)}
            />
            <input
              ref={gallery}
              type="file"
              accept="image/*"
              multiple
              hidden
              data-testid={`gallery-${need}`}
              onChange={(event) => take(event.currentTarget)}
            />
          </div>
        )}
      </div>
    </section>
  );
}

/** "Locked" and "refused" are answers too. */
function NotTakenPart({ model, list, room }: Props) {
  const set = (not_taken: NotTaken | null): void => {
    const rooms = list.rooms.map((one) => (one.id === room.id ? { ...one, not_taken } : one));
    void model.edit(rooms);
  };
  return (
    <fieldset class="card capture-answer">
      <legend class="label">{t("capture-cannot")}</legend>
      <div class="choices">
        {[null, ...NOT_TAKEN].map((answer) => (
          <label key={answer ?? "none"} class="choice-item">
            <input type="radio" name="not-taken" checked={room.not_taken === answer} onChange={() => set(answer)} />
            <span>{t(`capture-${answer ?? "can"}`)}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
