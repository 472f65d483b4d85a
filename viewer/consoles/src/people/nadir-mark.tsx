/** The mark with which a court covers the tripod in its panoramas: seen, replaced, taken away. */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { ask, getBlob, remove } from "../api/http.ts";
import { asProblem, Problem } from "../api/problem.ts";
import { serverText, t } from "../texts.ts";
import { FileButton } from "../ui/file-button.tsx";
import { useSending } from "../ui/form.ts";
import { ProblemBox } from "../ui/states.tsx";
import { toast } from "../ui/toasts.tsx";

/** The server takes no more, bytes. */
const MOST_BYTES = 256 * 1024;

export function NadirMark({ court }: { court: string }) {
  const path = `tenants/${court}/nadir-mark`;
  /** Address of the picture; null: the court has none; undefined: not known yet. */
  const shown = useSignal<string | null | undefined>(undefined);
  const unread = useSignal<Problem | undefined>(undefined);
  const stop = useRef(new AbortController());
  const sending = useSending();
  const look = async (): Promise<void> => {
    stop.current.abort();
    stop.current = new AbortController();
    const { signal } = stop.current;
    try {
      const png = await getBlob(path, signal);
      if (signal.aborted) return;
      if (shown.value) URL.revokeObjectURL(shown.value);
      shown.value = png ? URL.createObjectURL(png) : null;
      unread.value = undefined;
    } catch (error) {
      if (!signal.aborted) unread.value = asProblem(error);
    }
  };
  useEffect(() => {
    void look();
    return () => {
      stop.current.abort();
      if (shown.value) URL.revokeObjectURL(shown.value);
      [shown.value, unread.value] = [undefined, undefined];
    };
  }, [court]);
  const send = async (file: File): Promise<void> => {
    const well = await sending.run(async () => {
      if (file.size > MOST_BYTES) throw tooLarge();
      await ask("PUT", path, { body: { png: await base64(file) } });
    });
    if (!well) return;
    toast(t("nadir-mark-saved"));
    await look();
  };
  const takeAway = async (): Promise<void> => {
    if (await sending.run(() => remove(path))) await look();
  };
  return (
    <fieldset class="nadir-mark stack">
      <legend class="label">{t("nadir-mark")}</legend>
      {sending.problem && <ProblemBox problem={sending.problem} />}
      {unread.value && <ProblemBox problem={unread.value} retry={() => void look()} />}
      {shown.value && <img src={shown.value} alt={t("nadir-mark-own")} width={96} height={96} />}
      {shown.value === null && <p>{t("nadir-mark-none")}</p>}
      <p class="hint">{t("nadir-mark-hint")}</p>
      <div class="row">
        <FileButton label={t("nadir-mark-choose")} accept="image/png" disabled={sending.busy} take={send} />
        {shown.value && (
          <button type="button" class="button" disabled={sending.busy} onClick={() => void takeAway()}>
            {t("nadir-mark-remove")}
          </button>
        )}
      </div>
    </fieldset>
  );
}

/** As the server says it, without sending the file. */
function tooLarge(): Problem {
  const slug = "nadir-mark-invalid";
  return new Problem({ slug, status: 0, title: serverText(`${slug}-title`) ?? "", detail: serverText(slug) ?? "" });
}

/** The bytes of a file in Base64. */
async function base64(file: File): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = "";
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text);
}
