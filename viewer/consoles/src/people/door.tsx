/** What is seen before the consoles open: first-run set-up and signing in. */
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { setUp, signIn } from "../api/identity.ts";
import { asProblem } from "../api/problem.ts";
import { enter, sessionEnded } from "../session.ts";
import { chooseLanguage, language, t } from "../texts.ts";
import { TextField } from "../ui/fields.tsx";
import { useSending } from "../ui/form.ts";
import { ProblemBox } from "../ui/states.tsx";

function Door({
  title,
  text,
  broad = false,
  children,
}: {
  title: string;
  text: string;
  broad?: boolean;
  children: ComponentChildren;
}) {
  useEffect(() => {
    document.title = `${title} · ${t("product")}`;
  }, [title]);
  return (
    <div class="door">
      <main class={broad ? "door-card broad" : "door-card"}>
        <header class="door-head">
          <span class="seal" aria-hidden="true">
            看房
          </span>
          <div>
            <h1>{title}</h1>
            <p>{text}</p>
          </div>
        </header>
        {children}
        <footer class="door-foot">
          <a href="/">{t("to-public-site")}</a>
          <LanguageSwitch />
        </footer>
      </main>
    </div>
  );
}

export function LanguageSwitch() {
  const other = language.value === "en" ? "zh-CN" : "en";
  return (
    <button type="button" class="link" lang={other} onClick={() => chooseLanguage(other)}>
      {other === "en" ? "English" : "中文"}
    </button>
  );
}

export function SignIn() {
  const login = useSignal("");
  const password = useSignal("");
  const code = useSignal("");
  const second = useSignal(false);
  const sending = useSending();

  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    await sending.run(async () => {
      try {
        enter(await signIn(login.value.trim(), password.value, code.value.trim()));
      } catch (error) {
        if (asProblem(error).slug === "second-factor-required" && !second.value) {
          second.value = true;
          return;
        }
        throw error;
      }
    });
  };

  return (
    <Door title={t("sign-in-title")} text={t("sign-in-text")}>
      <form class="form" onSubmit={send}>
        {sessionEnded.value && !sending.problem && <p class="notice warn">{t("session-ended")}</p>}
        {sending.problem && <ProblemBox problem={sending.problem} />}
        {second.value ? (
          <>
            <p class="notice">{t("second-factor-text")}</p>
            <TextField
              label={t("totp-code")}
              value={code.value}
              onChange={(text) => {
                code.value = text;
              }}
              hint={t("totp-code-hint")}
              autocomplete="one-time-code"
              inputMode="text"
              autofocus
              required
            />
          </>
        ) : (
          <>
            <TextField
              label={t("login")}
              name="login"
              value={login.value}
              onChange={(text) => {
                login.value = text;
              }}
              autocomplete="username"
              autofocus
              required
            />
            <TextField
              label={t("password")}
              name="password"
              type="password"
              value={password.value}
              onChange={(text) => {
                password.value = text;
              }}
              autocomplete="current-password"
              required
            />
          </>
        )}
        <button type="submit" class="button primary" disabled={sending.busy}>
          {sending.busy ? t("signing-in") : second.value ? t("confirm") : t("sign-in")}
        </button>
        {second.value && (
          <button
            type="button"
            class="button"
            onClick={() => {
              second.value = false;
              code.value = "";
              sending.clear();
            }}
          >
            {t("back")}
          </button>
        )}
      </form>
    </Door>
  );
}

const EMPTY = { code: "", court: "", courtCode: "", login: "", name: "", password: "", again: "" };

export function Setup() {
  const form = useSignal(EMPTY);
  const sending = useSending();
  const set = (name: keyof typeof EMPTY) => (value: string) => {
    form.value = { ...form.value, [name]: value };
  };
  const { code, court, courtCode, login, name, password, again } = form.value;
  const general = sending.general("code", "login", "password");
  const mismatch = again !== "" && again !== password;

  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (password !== again) return;
    await sending.run(async () => {
      const session = await setUp({
        code: code.trim(),
        court: { name: court.trim(), code: courtCode.trim() },
        admin: { login: login.trim(), display_name: name.trim(), password },
      });
      enter(session);
    });
  };

  return (
    <Door title={t("setup-title")} text={t("setup-text")} broad>
      <form class="form" onSubmit={send}>
        {general && <ProblemBox problem={general} />}
        <TextField
          label={t("setup-code")}
          hint={t("setup-code-hint")}
          value={code}
          onChange={set("code")}
          error={sending.errorOf("code")}
          required
          autofocus
        />
        <h2>{t("setup-court")}</h2>
        <div class="fields">
          <TextField
            label={t("court-name")}
            value={court}
            onChange={set("court")}
            placeholder={t("court-name-example")}
            required
          />
          <TextField
            label={t("court-code")}
            hint={t("court-code-hint")}
            value={courtCode}
            onChange={set("courtCode")}
            placeholder="京0102"
            required
          />
        </div>
        <h2>{t("setup-admin")}</h2>
        <div class="fields">
          <TextField
            label={t("login")}
            value={login}
            onChange={set("login")}
            autocomplete="username"
            error={sending.errorOf("login")}
            required
          />
          <TextField label={t("display-name")} value={name} onChange={set("name")} autocomplete="name" required />
          <TextField
            label={t("password")}
            hint={t("password-hint")}
            type="password"
            value={password}
            onChange={set("password")}
            autocomplete="new-password"
            error={sending.errorOf("password")}
            required
          />
          <TextField
            label={t("password-again")}
            type="password"
            value={again}
            onChange={set("again")}
            autocomplete="new-password"
            error={mismatch ? t("passwords-differ") : undefined}
            required
          />
        </div>
        <button type="submit" class="button primary" disabled={sending.busy || mismatch}>
          {t("setup-finish")}
        </button>
      </form>
    </Door>
  );
}
