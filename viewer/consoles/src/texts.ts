/** The texts of the consoles in the chosen language. Chinese unless the person chose English. */

import consoleTexts from "virtual:messages/console";
import errorTexts from "virtual:messages/errors";
import { type Catalogue, type Language, languageFrom, translator } from "@kanfang/shared/messages.ts";
import { computed, signal } from "@preact/signals";

const ALL: Catalogue = {
  "zh-CN": { ...errorTexts["zh-CN"], ...consoleTexts["zh-CN"] },
  en: { ...errorTexts.en, ...consoleTexts.en },
};

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

export function t(key: string, args?: Record<string, string | number>): string {
  return translate.value(key, args);
}

/** Whether there is a text of this name: for words that come from the server, such as new kinds of jobs. */
export function known(key: string): boolean {
  return key in ALL["zh-CN"];
}

/** The text of `key`, else of `fallback`. */
export function tOr(key: string, fallback: string): string {
  return known(key) ? t(key) : fallback;
}
