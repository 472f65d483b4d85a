/** The capture guide: the photographer's page in the flat. Works without a network once it has been open. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { useEvents } from "../api/events.ts";
import { asProblem, type Problem } from "../api/problem.ts";
import { bytes } from "../format.ts";
import { href, place } from "../router.ts";
import { t } from "../texts.ts";
import { Icon } from "../ui/icons.tsx";
import { PageFrame } from "../ui/page.tsx";
import { Loading, ProblemBox } from "../ui/states.tsx";
import { CaptureModel } from "./model.ts";
import { keepForOffline } from "./offline.ts";
import { RoomEditor } from "./room-editor.tsx";
import { RoomList } from "./room-list.tsx";
import { RoomView } from "./room-view.tsx";

/** `alone`: nobody is signed in because the server cannot be reached. */
export default function CapturePage({ id, alone = false }: { id: string; alone?: boolean }) {
  const model = useSignal<CaptureModel | undefined>(undefined);
  const problem = useSignal<Problem | undefined>(undefined);
  useEffect(() => {
    let [end, gone] = [(): void => {}, false];
    CaptureModel.open(id)
      .then((opened) => {
        if (gone) return;
        model.value = opened;
        end = opened.start();
        if (!alone) keepForOffline();
      })
      .catch((error: unknown) => {
        problem.value = asProblem(error);
      });
    return () => {
      gone = true;
      end();
    };
  }, [id]);
  useEvents(
    "asset",
    (data) => (data as { listing?: string }).listing === id && void model.value?.refresh(),
    () => void model.value?.refresh(),
  );
  useEvents("shot_list", (data) => (data as { listing?: string }).listing === id && void model.value?.refresh());

  const opened = model.value;
  const list = opened?.list.value;
  if (!opened || !list) {
    const wrong = problem.value ?? opened?.problem.value;
    return (
      <PageFrame title={t("capture-title")}>
        {wrong ? <ProblemBox problem={wrong} retry={() => void opened?.refresh()} /> : <Loading rows={5} />}
      </PageFrame>
    );
  }
  const query = place.value.query;
  const room = list.rooms.find((one) => one.id === query.get("room"));
  const base = `/listings/${id}/capture`;
  const back = room || query.get("edit") ? { path: base, label: t("capture-title") } : undefined;
  const mediaBack = alone ? undefined : { path: `/listings/${id}/media`, label: t("tab-media") };
  const way = back ?? mediaBack;
  return (
    <div class="capture">
      <PageFrame
        title={room ? room.name : query.get("edit") ? t("capture-edit-rooms") : t("capture-title")}
        {...(way ? { back: way } : {})}
        note={!room && <span>{list.title}</span>}
      >
        <Status model={opened} alone={alone} />
        {room ? (
          <RoomView key={room.id} model={opened} list={list} room={room} />
        ) : query.get("edit") ? (
          <RoomEditor model={opened} list={list} />
        ) : (
          <RoomList model={opened} list={list} />
        )}
      </PageFrame>
    </div>
  );
}

/** What is on this device, what is on its way, and whether there is a line. */
function Status({ model, alone }: { model: CaptureModel; alone: boolean }) {
  model.beat.value;
  const space = useSignal<{ used: number; free: number } | undefined>(undefined);
  const waiting = model.shots.value.filter((shot) => !shot.asset);
  const failed = waiting.filter((shot) => shot.error).length;
  useEffect(() => {
    navigator.storage
      ?.estimate?.()
      .then(({ usage = 0, quota = 0 }) => {
        space.value = { used: usage, free: Math.max(0, quota - usage) };
      })
      .catch(() => {});
  }, [waiting.length]);
  const offline = !navigator.onLine || model.problem.value?.status === 0 || alone;
  const { state, current } = model.outbox;
  const size = waiting.reduce((sum, shot) => sum + shot.size, 0);
  const low = space.value && space.value.free < Math.max(200 << 20, size);
  return (
    <section class={`capture-status ${offline ? "offline" : ""}`} aria-label={t("capture-status")}>
      <p class="strong" role="status" data-waiting={waiting.length}>
        <Icon name={offline ? "warning" : waiting.length === 0 ? "check" : "upload"} />
        {offline
          ? t("capture-offline", { count: waiting.length })
          : waiting.length === 0
            ? t("capture-all-sent")
            : state === "elsewhere"
              ? t("capture-elsewhere", { count: waiting.length })
              : t("capture-waiting", { count: waiting.length, size: bytes(size) })}
      </p>
      {!offline && current && (
        <progress aria-label={t("capture-sending")} max={1} value={current.share}>
          {Math.floor(current.share * 100)}%
        </progress>
      )}
      {failed > 0 && <p class="field-error">{t("capture-failed-count", { count: failed })}</p>}
      {model.pending.value && <p class="hint">{t("capture-list-pending")}</p>}
      {low && space.value && <p class="field-error">{t("capture-space-low", { free: bytes(space.value.free) })}</p>}
      {waiting.length > 0 && !low && space.value && (
        <p class="hint">{t("capture-space", { free: bytes(space.value.free) })}</p>
      )}
      {model.problem.value && model.problem.value.status !== 0 && (
        <ProblemBox problem={model.problem.value} retry={() => void model.refresh()} />
      )}
      {offline && alone && (
        <a class="button" href={href(place.value.path)} target="_self" rel="noreferrer">
          {t("try-again")}
        </a>
      )}
    </section>
  );
}
