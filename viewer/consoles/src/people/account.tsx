/** One's own account: password, second factor, sessions, API tokens. */
import { useSignal } from "@preact/signals";
import { changePassword, type SessionRow, sessions, signOutEverywhere } from "../api/identity.ts";
import { moment } from "../format.ts";
import { leave, principal } from "../session.ts";
import { language, t } from "../texts.ts";
import { confirmed } from "../ui/dialog.tsx";
import { TextField } from "../ui/fields.tsx";
import { useSending } from "../ui/form.ts";
import { Badge, PageFrame } from "../ui/page.tsx";
import { useResource } from "../ui/resource.ts";
import { Loaded, ProblemBox } from "../ui/states.tsx";
import { toast, toastProblem } from "../ui/toasts.tsx";
import { SecondFactor } from "./second-factor.tsx";
import { Tokens } from "./tokens.tsx";

export function Account() {
  const who = principal.value;
  return (
    <PageFrame
      title={t("account")}
      note={
        <>
          <span>{who?.display_name}</span>
          {who?.tenant && <span class="faint">{who.tenant.name}</span>}
          {who?.roles.map((role) => (
            <Badge key={role} tone="info">
              {t(`role-${role.replace("_", "-")}`)}
            </Badge>
          ))}
        </>
      }
    >
      <div class="columns even">
        <div class="stack">
          <Password />
          <SecondFactor />
        </div>
        <div class="stack">
          <Sessions />
          <Tokens />
        </div>
      </div>
    </PageFrame>
  );
}

function Password() {
  const current = useSignal("");
  const next = useSignal("");
  const again = useSignal("");
  const sending = useSending();
  const differ = again.value !== "" && again.value !== next.value;
  const general = sending.general("password");

  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (next.value !== again.value) return;
    const done = await sending.run(async () => {
      await changePassword(current.value, next.value);
    });
    if (!done) return;
    toast(t("password-changed"));
    leave();
  };

  return (
    <section class="card">
      <header class="card-head">
        <h2>{t("change-password")}</h2>
      </header>
      <form class="card-body" onSubmit={send}>
        {general && <ProblemBox problem={general} />}
        <TextField
          label={t("password-current")}
          type="password"
          autocomplete="current-password"
          value={current.value}
          onChange={(text) => {
            current.value = text;
          }}
          required
        />
        <TextField
          label={t("password-new")}
          hint={t("password-hint")}
          type="password"
          autocomplete="new-password"
          value={next.value}
          onChange={(text) => {
            next.value = text;
          }}
          error={sending.errorOf("password")}
          required
        />
        <TextField
          label={t("password-again")}
          type="password"
          autocomplete="new-password"
          value={again.value}
          onChange={(text) => {
            again.value = text;
          }}
          error={differ ? t("passwords-differ") : undefined}
          required
        />
        <div>
          <button type="submit" class="button primary" disabled={sending.busy || differ}>
            {t("change-password")}
          </button>
        </div>
      </form>
    </section>
  );
}

function Sessions() {
  const list = useResource("sessions", () => sessions());
  const everywhere = async (): Promise<void> => {
    const answer = await confirmed({
      title: t("sign-out-everywhere"),
      text: t("sign-out-everywhere-text"),
      action: t("sign-out-everywhere"),
      danger: true,
    });
    if (answer === null) return;
    try {
      await signOutEverywhere();
      leave();
    } catch (error) {
      toastProblem(error);
    }
  };
  return (
    <section class="card">
      <header class="card-head">
        <h2>{t("sessions")}</h2>
        <button type="button" class="button small quiet-danger" onClick={everywhere}>
          {t("sign-out-everywhere")}
        </button>
      </header>
      <Loaded resource={list} rows={2}>
        {({ items, here }) => (
          <ul class="lines">
            {items.map((row) => (
              <SessionLine key={row.id} row={row} here={row.id === here} />
            ))}
          </ul>
        )}
      </Loaded>
    </section>
  );
}

function SessionLine({ row, here }: { row: SessionRow; here: boolean }) {
  return (
    <li class="line">
      <div class="grow">
        <div class="row">
          <strong>{browserName(row.agent)}</strong>
          {here && <Badge tone="good">{t("session-this")}</Badge>}
        </div>
        <span class="faint">
          {t("session-line", {
            address: row.address,
            opened: moment(row.created_at, language.value),
            seen: moment(row.seen_at, language.value),
          })}
        </span>
      </div>
    </li>
  );
}

/** The browser in a user-agent text, roughly: enough to know one's own machines apart. */
export function browserName(agent: string): string {
  const system = /Windows|Android|iPhone|iPad|Mac OS X|Linux|HarmonyOS/.exec(agent)?.[0] ?? "";
  const browser = /MicroMessenger|Edg|Firefox|HeadlessChrome|Chrome|Safari/.exec(agent)?.[0] ?? agent.slice(0, 40);
  const names: Record<string, string> = { MicroMessenger: "微信", Edg: "Edge", HeadlessChrome: "Chrome" };
  return [names[browser] ?? browser, system].filter(Boolean).join(" · ") || "—";
}
