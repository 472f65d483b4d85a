/** The frame around all pages: brand, navigation by duty, who is signed in. */
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { liveState } from "./api/events.ts";
import { type Role, signOut } from "./api/identity.ts";
import { href, place } from "./router.ts";
import { has, leave, ofAgency, onlyAudits, principal } from "./session.ts";
import { chooseLanguage, language, t } from "./texts.ts";
import { Icon, type IconName } from "./ui/icons.tsx";
import { toastProblem } from "./ui/toasts.tsx";

interface Entry {
  path: string;
  text: string;
  icon: IconName;
  shown: boolean;
}

function entries(): { work: Entry[]; manage: Entry[] } {
  const entry = (path: string, text: string, icon: IconName, shown: boolean): Entry => ({
    path,
    text: t(text),
    icon,
    shown,
  });
  return {
    work: [
      entry("/", "work-list", "listings", !onlyAudits()),
      entry("/review", "review-desk", "review", has("reviewer", "publisher")),
      entry("/jobs", "jobs", "jobs", !onlyAudits()),
    ],
    manage: [
      entry("/users", "users", "people", has("court_admin", "platform_admin")),
      entry("/tenants", "agencies", "court", has("court_admin", "platform_admin")),
      entry("/courts", "courts", "court", has("court_admin", "platform_admin")),
      entry("/audit", "audit-log", "audit", has("auditor", "platform_admin")),
    ],
  };
}

/** Whether a navigation entry is the one we are in. */
function isHere(path: string): boolean {
  const now = place.value.path;
  if (path === "/") return now === "/" || now.startsWith("/listings");
  return now === path || now.startsWith(`${path}/`);
}

function Links({ list }: { list: Entry[] }) {
  return (
    <>
      {list
        .filter((entry) => entry.shown)
        .map((entry) => (
          <a key={entry.path} href={href(entry.path)} aria-current={isHere(entry.path) ? "page" : undefined}>
            <Icon name={entry.icon} />
            {entry.text}
          </a>
        ))}
    </>
  );
}

function Brand() {
  return (
    <a class="brand" href={href("/")}>
      <span class="seal" aria-hidden="true">
        看房
      </span>
      <span class="brand-name">
        {ofAgency() ? t("console-agency") : t("console-court")}
        <span class="brand-place">{principal.value?.tenant?.name ?? t("platform")}</span>
      </span>
    </a>
  );
}

export function roleName(role: Role): string {
  return t(`role-${role.replace("_", "-")}`);
}

export function Shell({ children }: { children: ComponentChildren }) {
  const open = useSignal(false);
  const { path } = place.value;
  // A new page closes the menu.
  useEffect(() => {
    open.value = false;
  }, [path]);
  const { work, manage } = entries();
  const leaveNow = async (): Promise<void> => {
    try {
      await signOut();
    } catch (error) {
      toastProblem(error);
      return;
    }
    leave();
  };
  return (
    <div class="shell">
      <a class="skip" href="#main">
        {t("skip-to-content")}
      </a>
      <header class="topbar">
        <Brand />
        <button
          type="button"
          class="icon-button"
          aria-label={t("menu")}
          aria-expanded={open.value}
          onClick={() => {
            open.value = !open.value;
          }}
        >
          <Icon name={open.value ? "close" : "menu"} />
        </button>
      </header>
      <aside class={open.value ? "side open" : "side"}>
        <Brand />
        <nav class="nav" aria-label={t("navigation")}>
          <Links list={work} />
          {manage.some((entry) => entry.shown) && <p class="nav-group">{t("manage")}</p>}
          <Links list={manage} />
        </nav>
        <div class="side-foot">
          {liveState.value === "lost" && <p class="live-lost">{t("live-lost")}</p>}
          <a class="who ghost-link" href={href("/account")} aria-current={isHere("/account") ? "page" : undefined}>
            {principal.value?.display_name}
            <span class="roles">{principal.value?.roles.map(roleName).join("、")}</span>
          </a>
          <div class="row">
            <button
              type="button"
              class="ghost"
              onClick={() => chooseLanguage(language.value === "en" ? "zh-CN" : "en")}
            >
              {language.value === "en" ? "中文" : "English"}
            </button>
            <button type="button" class="ghost" onClick={leaveNow}>
              {t("sign-out")}
            </button>
          </div>
        </div>
      </aside>
      <main id="main">{children}</main>
    </div>
  );
}
