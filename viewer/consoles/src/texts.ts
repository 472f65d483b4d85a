/** The texts of the consoles in the chosen language. Chinese unless the person chose English. */

import consoleTexts from "virtual:messages/console";
import captionTexts from "virtual:messages/console-captions";
import captureTexts from "virtual:messages/console-capture";
import exchangeTexts from "virtual:messages/console-exchange";
import maskTexts from "virtual:messages/console-masks";
import statisticsTexts from "virtual:messages/console-statistics";
import studioTexts from "virtual:messages/console-studio";
import { catalogueOf, type Patterns, parseFtl } from "@kanfang/shared/ftl.ts";
import { type Catalogue, LANGUAGES, type Language, languageFrom, translator } from "@kanfang/shared/messages.ts";
import { computed, signal } from "@preact/signals";

/** What the server says of files: reasons, warnings, refusals. Problems of requests come in words and need no texts here. */
const REPORTS = import.meta.glob<string>("../../locales/*/{probe,stitch,errors-media,errors-exchange}.ftl", {
  query: "?raw",
  import: "default",
  eager: true,
});

function reportTexts(tag: Language): Patterns {
  const files = ["probe", "stitch", "errors-media", "errors-exchange"].map(
    (name) => REPORTS[`../../locales/${tag}/${name}.ftl`],
  );
  return Object.assign({}, ...files.map((file) => (file ? parseFtl(file) : {})));
}

/** The consoles' own files. */
const FILES = [consoleTexts, captionTexts, captureTexts, exchangeTexts, maskTexts, statisticsTexts, studioTexts];

const ALL: Catalogue = Object.assign(catalogueOf(LANGUAGES.map(reportTexts)), ...FILES);

const COOKIE = "kanfang_lang";

export const language = signal<Language>(chosenBefore());

const translate = computed(() => translator(ALL, language.value));

function chosenBefore(): Language {
  if (typeof document === "undefined") return "zh-CN";
  return languageFrom(new RegExp(`(?:^|; )${COOKIE}=([^;]*)`).exec(document.cookie)?.[1]);
}

/** Switches the language here and, by the cookie, for what the server writes. */
export function chooseLanguage(next: Language): void {
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is missing in browsers that courts use.
  document.cookie = `${COOKIE}=${next}; path=/; max-age=31536000; samesite=lax`;
  document.documentElement.lang = next;
  language.value = next;
}

/** A text of the consoles. In the files they begin with `console-`, because the server reads all files as one. */
export function t(key: string, args?: Record<string, string | number>): string {
  return translate.value(`console-${key}`, args);
}

/** The text of `key` if there is one: for words that come from the server, such as new kinds of jobs. */
export function tOr(key: string, fallback: string): string {
  return `console-${key}` in ALL ? t(key) : fallback;
}

/** A text that the server's own files hold, such as the reason of a failure; undefined if they do not. */
export function serverText(key: string, args?: Record<string, string | number>): string | undefined {
  return key in ALL ? translate.value(key, args) : undefined;
}
