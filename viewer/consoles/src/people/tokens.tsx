/** API tokens for one's own tools: made, shown once, ended. */
import { useSignal } from "@preact/signals";
import { endToken, makeToken, type TokenRow, tokens } from "../api/identity.ts";
import { day, fromLocalInput } from "../format.ts";
import { language, t, tOr } from "../texts.ts";
import { confirmed, Dialog } from "../ui/dialog.tsx";
import { CheckField, TextField } from "../ui/fields.tsx";
import { useSending } from "../ui/form.ts";
import { useResource } from "../ui/resource.ts";
import { Empty, Loaded, ProblemBox } from "../ui/states.tsx";
import { toast, toastProblem } from "../ui/toasts.tsx";

export function Tokens() {
  const list = useResource("tokens", () => tokens());
  const making = useSignal(false);
  const secret = useSignal<string | undefined>(undefined);
  const end = async (row: TokenRow): Promise<void> => {
    const sure = await confirmed({
      title: t("token-end"),
      text: t("token-end-text", { name: row.name }),
      action: t("token-end"),
      danger: true,
    });
    if (sure === null) return;
    try {
      await endToken(row.id);
      toast(t("token-ended", { name: row.name }));
      await list.reload();
    } catch (error) {
      toastProblem(error);
    }
  };
  return (
    <section class="card">
      <header class="card-head">
        <h2>{t("tokens")}</h2>
        <button
          type="button"
          class="button small"
          onClick={() => {
            making.value = true;
          }}
        >
          {t("token-new")}
        </button>
      </header>
      <Loaded resource={list} rows={2}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title={t("tokens-none")}>{t("tokens-none-text")}</Empty>
          ) : (
            <ul class="lines">
              {items.map((row) => (
                <li key={row.id} class="line">
                  <div class="grow">
                    <strong>{row.name}</strong>
                    <div class="faint">
                      {row.scopes.map((scope) => scopeName(scope)).join("、")} ·{" "}
                      {row.expires_at
                        ? t("token-until", { day: day(row.expires_at, language.value) })
                        : t("token-forever")}
                    </div>
                  </div>
                  <button type="button" class="button small quiet-danger" onClick={() => end(row)}>
                    {t("token-end")}
                  </button>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
      {making.value && (
        <NewToken
          offered={list.data.value?.scopes ?? []}
          onClose={() => {
            making.value = false;
          }}
          onMade={(text) => {
            making.value = false;
            secret.value = text;
            void list.reload();
          }}
        />
      )}
      {secret.value && (
        <Dialog
          title={t("token-made")}
          onClose={() => {
            secret.value = undefined;
          }}
        >
          <p class="notice warn">{t("token-made-text")}</p>
          <code class="secret block">{secret.value}</code>
          <footer class="dialog-foot">
            <button
              type="button"
              class="button primary"
              onClick={async () => {
                try {
                  await navigator.clipboard.writeText(secret.value ?? "");
                  toast(t("copied"));
                } catch (error) {
                  toastProblem(error);
                }
              }}
            >
              {t("copy")}
            </button>
          </footer>
        </Dialog>
      )}
    </section>
  );
}

function scopeName(scope: string): string {
  return tOr(`scope-${scope.replace(":", "-")}`, scope);
}

interface NewTokenProps {
  offered: string[];
  onClose: () => void;
  onMade: (token: string) => void;
}

function NewToken({ offered, onClose, onMade }: NewTokenProps) {
  const name = useSignal("");
  const until = useSignal("");
  const scopes = useSignal<string[]>(offered.filter((scope) => scope === "listings:read" || scope === "media:write"));
  const sending = useSending();
  const general = sending.general("name");
  return (
    <Dialog title={t("token-new")} onClose={onClose}>
      <form
        onSubmit={async (event) => {
          event.preventDefault();
          await sending.run(async () => {
            const expires = fromLocalInput(until.value);
            onMade((await makeToken({ name: name.value.trim(), scopes: scopes.value, expires_at: expires })).token);
          });
        }}
      >
        {general && <ProblemBox problem={general} />}
        <TextField
          label={t("token-name")}
          hint={t("token-name-hint")}
          value={name.value}
          onChange={(text) => {
            name.value = text;
          }}
          error={sending.errorOf("name")}
          required
          autofocus
        />
        <fieldset class="field">
          <legend class="label">{t("token-scopes")}</legend>
          {offered.map((scope) => (
            <CheckField
              key={scope}
              label={scopeName(scope)}
              checked={scopes.value.includes(scope)}
              onChange={(on) => {
                scopes.value = on ? [...scopes.value, scope] : scopes.value.filter((other) => other !== scope);
              }}
            />
          ))}
        </fieldset>
        <TextField
          label={t("token-expires")}
          hint={t("token-expires-hint")}
          type="date"
          value={until.value}
          onChange={(text) => {
            until.value = text;
          }}
        />
        <footer class="dialog-foot">
          <button type="button" class="button" onClick={onClose}>
            {t("cancel")}
          </button>
          <button type="submit" class="button primary" disabled={sending.busy || scopes.value.length === 0}>
            {t("token-make")}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
