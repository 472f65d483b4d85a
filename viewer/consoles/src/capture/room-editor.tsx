/** The rooms of the shot list: add, rename, reorder, remove, and what is needed of each. */
import { useSignal } from "@preact/signals";
import { NEEDS, type Need, type Room, type ShotList } from "../api/shot-list.ts";
import { go } from "../router.ts";
import { t } from "../texts.ts";
import { Icon } from "../ui/icons.tsx";
import type { CaptureModel } from "./model.ts";
import { newRoom } from "./rooms.ts";

const MOST = 30;

export function RoomEditor({ model, list }: { model: CaptureModel; list: ShotList }) {
  const rooms = useSignal<Room[]>(list.rooms);
  const added = useSignal("");
  const change = (at: number, next: Partial<Room>): void => {
    rooms.value = rooms.value.map((room, index) => (index === at ? { ...room, ...next } : room));
  };
  const move = (at: number, step: number): void => {
    const next = [...rooms.value];
    const [moved] = next.splice(at, 1);
    if (moved) next.splice(at + step, 0, moved);
    rooms.value = next;
  };
  const names = rooms.value.map((room) => room.name.trim());
  const wrong = (at: number): boolean => !names[at] || names.indexOf(names[at] ?? "") !== at;
  const isWrong = names.some((_, at) => wrong(at));
  const add = (event: Event): void => {
    event.preventDefault();
    const name = added.value.trim();
    if (!name || names.includes(name)) return;
    rooms.value = [...rooms.value, newRoom(name)];
    added.value = "";
  };
  const save = (): void => {
    void model.edit(rooms.value.map((room) => ({ ...room, name: room.name.trim() })));
    go(`/listings/${list.listing}/capture`);
  };
  return (
    <>
      <ol class="capture-editor">
        {rooms.value.map((room, at) => (
          <li key={room.id} class="card">
            <div class="row">
              <label class="grow">
                <span class="hidden-visually">{t("capture-room-name")}</span>
                <input
                  type="text"
                  value={room.name}
                  maxLength={40}
                  aria-invalid={wrong(at)}
                  onInput={(event) => change(at, { name: event.currentTarget.value })}
                />
              </label>
              <button
                type="button"
                class="icon-button"
                aria-label={t("capture-room-up", { room: room.name })}
                disabled={at === 0}
                onClick={() => move(at, -1)}
              >
                <Icon name="up" />
              </button>
              <button
                type="button"
                class="icon-button"
                aria-label={t("capture-room-down", { room: room.name })}
                disabled={at === rooms.value.length - 1}
                onClick={() => move(at, 1)}
              >
                <Icon name="down" />
              </button>
              <button
                type="button"
                class="icon-button"
                aria-label={t("capture-room-remove", { room: room.name })}
                onClick={() => {
                  rooms.value = rooms.value.filter((one) => one.id !== room.id);
                }}
              >
                <Icon name="trash" />
              </button>
            </div>
            {wrong(at) && (
              <p class="field-error" role="alert">
                {t("capture-room-name-wrong")}
              </p>
            )}
            <details>
              <summary>{needs(room)}</summary>
              <div class="capture-counts">
                {NEEDS.map((need) => (
                  <Count key={need} room={room} need={need} changed={(wanted) => change(at, { wanted })} />
                ))}
              </div>
            </details>
          </li>
        ))}
      </ol>
      <form class="card capture-add" onSubmit={add}>
        <label class="grow">
          <span class="label">{t("capture-room-new")}</span>
          <input
            type="text"
            value={added.value}
            maxLength={40}
            onInput={(event) => {
              added.value = event.currentTarget.value;
            }}
          />
        </label>
        <button type="submit" class="button large">
          <Icon name="plus" />
          {t("capture-room-add")}
        </button>
      </form>
      <div class="capture-foot">
        <button type="button" class="button large" onClick={() => go(`/listings/${list.listing}/capture`)}>
          {t("cancel")}
        </button>
        <button type="button" class="button large primary" disabled={isWrong} onClick={save}>
          {t("save")}
        </button>
      </div>
    </>
  );
}

/** What is needed of a room, in a line. */
function needs(room: Room): string {
  return (
    room.wanted.map(({ need, count }) => `${t(`capture-need-${need}`)} ${count}`).join(" · ") || t("capture-needs-none")
  );
}

function Count({ room, need, changed }: { room: Room; need: Need; changed: (wanted: Room["wanted"]) => void }) {
  const count = room.wanted.find((one) => one.need === need)?.count ?? 0;
  const set = (next: number): void => {
    const others = room.wanted.filter((one) => one.need !== need);
    const kept = next > 0 ? [...others, { need, count: next }] : others;
    changed(kept.sort((a, b) => NEEDS.indexOf(a.need) - NEEDS.indexOf(b.need)));
  };
  return (
    <label class="capture-count" data-some={count > 0}>
      <span>{t(`capture-need-${need}`)}</span>
      <input
        type="number"
        min={0}
        max={MOST}
        value={count}
        aria-label={`${room.name} ${t(`capture-need-${need}`)}`}
        onInput={(event) => set(Math.min(MOST, Math.max(0, Math.floor(event.currentTarget.valueAsNumber) || 0)))}
      />
    </label>
  );
}
