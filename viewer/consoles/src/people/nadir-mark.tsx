/** The mark with which a court covers the tripod in its panoramas: seen, replaced, taken away. */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { address, ask, remove } from "../api/http.ts";
import { t } from "../texts.ts";
import { useSending } from "../ui/form.ts";
import { ProblemBox } from "../ui/states.tsx";
import { toast } from "../ui/toasts.tsx";

export function NadirMark({ court }: { court: string }) {
  const path = `tenants/${court}/nadir-mark`;
  /** Address of the picture; undefined: the court has none. */
  const shown = useSignal<string | undefined>(undefined);
  const input = useRef<HTMLInputElement>(null);
  const sending = useSending();
  const look = async (): Promise<void> => {
    const answer = await fetch(address(path), { credentials: "same-origin" }).catch(() => undefined);
    if (shown.value) URL.revokeObjectURL(shown.value);
    shown.value = answer?.status === 200 ? URL.createObjectURL(await answer.blob()) : undefined;
  };
  useEffect(() => {
    void look();
    return () => {
      if (shown.value) URL.revokeObjectURL(shown.value);
    };
  }, [court]);
  const send = async (file: File): Promise<void> => {
    const png = await base64(file);
    if (!(await sending.run(async () => void (await ask("PUT", path, { body: { png } }))))) return;
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
      {shown.value ? (
        <img src={shown.value} alt={t("nadir-mark-own")} width={96} height={96} />
      ) : (
        <p>{t("nadir-mark-none")}</p>
      )}
      <p class="hint">{t("nadir-mark-hint")}</p>
      <input
        ref={input}
        type="file"
        accept="image/png"
        hidden
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          event.currentTarget.value = "";
          if (file) void send(file);
        }}
      />
      <div class="row">
        <button type="button" class="button" disabled={sending.busy} onClick={() => input.current?.click()}>
          {t("nadir-mark-choose")}
        </button>
        {shown.value && (
          <button type="button" class="button" disabled={sending.busy} onClick={() => void takeAway()}>
            {t("nadir-mark-remove")}
          </button>
        )}
      </div>
    </fieldset>
  );
}

/** The bytes of a file in Base64. */
async function base64(file: File): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = "";
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text);
}
