/** All rooms with what is there and what is missing; and the files that nobody has put into a room. */
import { putIntoRoom, type Room, type ShotList } from "../api/shot-list.ts";
import { href } from "../router.ts";
import { t } from "../texts.ts";
import { Icon } from "../ui/icons.tsx";
import { toastProblem } from "../ui/toasts.tsx";
import { adviceOn } from "./advice.ts";
import type { CaptureModel } from "./model.ts";
import { inRoom, isComplete, type Progress, progressOf } from "./progress.ts";

export function RoomList({ model, list }: { model: CaptureModel; list: ShotList }) {
  const shots = model.shots.value;
  const rows = list.rooms.map((room) => {
    const progress = progressOf(room, list.rooms, list.files, shots);
    const again = shots.filter(
      (shot) =>
        inRoom(shot, room, list.rooms) &&
        shot.measures &&
        adviceOn(shot.measures, shot.need).some((one) => one.tone === "bad"),
    ).length;
    return { room, progress, complete: isComplete(room, progress), again };
  });
  const done = rows.filter((row) => row.complete).length;
  const edit = href(`/listings/${list.listing}/capture?edit=1`);
  return (
    <>
      {model.proposed.value && list.may_edit && (
        <div class="notice stack">
          <p>{t("capture-proposed")}</p>
          <div class="row">
            <button type="button" class="button primary" onClick={() => void model.edit(list.rooms)}>
              {t("capture-accept")}
            </button>
            <a class="button" href={edit}>
              {t("capture-edit-rooms")}
            </a>
          </div>
        </div>
      )}
      <section class="card" aria-label={t("capture-rooms")}>
        <header class="card-head">
          <h2>{t("capture-rooms-done", { done, count: rows.length })}</h2>
          {list.may_edit && !model.proposed.value && (
            <a class="button small" href={edit}>
              <Icon name="pen" />
              {t("capture-edit-rooms")}
            </a>
          )}
        </header>
        <ol class="capture-rooms">
          {rows.map(({ room, progress, complete, again }) => (
            <li key={room.id} data-complete={complete}>
              <a href={href(`/listings/${list.listing}/capture?room=${room.id}`)}>
                <span class="capture-mark" aria-hidden="true">
                  {complete && <Icon name="check" />}
                </span>
                <span class="grow">
                  <span class="strong block">{room.name}</span>
                  <span class="capture-chips">
                    {room.not_taken ? (
                      <span class="badge warn">{t(`capture-${room.not_taken}`)}</span>
                    ) : (
                      progress.map((one) => <Chip key={one.need} progress={one} />)
                    )}
                    {again > 0 && <span class="badge bad">{t("capture-again", { count: again })}</span>}
                  </span>
                </span>
                <Icon name="arrow" />
              </a>
            </li>
          ))}
        </ol>
      </section>
      <Elsewhere model={model} list={list} />
    </>
  );
}

export function Chip({ progress }: { progress: Progress }) {
  const { need, wanted, there, turn } = progress;
  const tone = there >= wanted ? "good" : "plain";
  return (
    <span class={`badge ${tone}`}>
      {t(`capture-need-${need}`)} {wanted > 0 ? `${there}/${wanted}` : there}
      {turn && ` · ${t("capture-turn", { photos: turn.photos, needed: turn.needed })}`}
    </span>
  );
}

/** Files of the listing that are in no room of the list. */
function Elsewhere({ model, list }: { model: CaptureModel; list: ShotList }) {
  const loose = list.files.filter(
    (file) =>
      file.state !== "refused" && !list.rooms.some((room) => file.shown && inRoom(file.shown, room, list.rooms)),
  );
  if (loose.length === 0 || !list.may_edit || list.version === 0) return null;
  const put = async (asset: string, room: Room | undefined, need: string | undefined): Promise<void> => {
    if (!room) return;
    const known = room.wanted.find((one) => one.need === need)?.need;
    try {
      await putIntoRoom(asset, { room_id: room.id, room_name: room.name, need: known ?? "panorama" });
      await model.refresh();
    } catch (error) {
      toastProblem(error);
    }
  };
  return (
    <section class="card">
      <header class="card-head">
        <h2>{t("capture-loose", { count: loose.length })}</h2>
      </header>
      <ul class="capture-loose">
        {loose.map((file) => (
          <li key={file.asset}>
            {file.thumbnail ? <img src={file.thumbnail} alt="" loading="lazy" /> : <Icon name="photo" />}
            <label class="grow">
              <span class="block">{file.file_name}</span>
              <select
                value=""
                onChange={(event) => {
                  const [id, need] = event.currentTarget.value.split("/");
                  void put(
                    file.asset,
                    list.rooms.find((room) => room.id === id),
                    need,
                  );
                }}
              >
                <option value="">{t("capture-choose-room")}</option>
                {list.rooms.flatMap((room) =>
                  (room.wanted.length > 0 ? room.wanted : [{ need: "panorama" as const }]).map(({ need }) => (
                    <option key={`${room.id}/${need}`} value={`${room.id}/${need}`}>
                      {room.name} · {t(`capture-need-${need}`)}
                    </option>
                  )),
                )}
              </select>
            </label>
          </li>
        ))}
      </ul>
    </section>
  );
}
