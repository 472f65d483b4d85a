/**
 * Texts at run time: picks the language and fills in the names. Patterns come from the `.ftl` files through
 * `build/messages-plugin.ts`, so no parser travels to the browser.
 */

export type Language = "zh-CN" | "en";
/** Of each text the languages in the order of `LANGUAGES`: so every key travels once. */
export type Catalogue = Record<string, readonly string[]>;
export type Translate = (key: string, args?: Record<string, string | number>) => string;

export const LANGUAGES: readonly Language[] = ["zh-CN", "en"];

/** Chinese unless the wish clearly is English. */
export function languageFrom(wish: string | null | undefined): Language {
  return wish?.toLowerCase().startsWith("en") ? "en" : "zh-CN";
}

/** A missing key shows itself as the key: ugly, but never an empty button. */
export function translator(catalogue: Catalogue, language: Language): Translate {
  const column = LANGUAGES.indexOf(language);
  return (key, args = {}) =>
    (catalogue[key]?.[column] ?? key).replace(/\{\$(\w+)\}/g, (_, name: string) => String(args[name] ?? `{${name}}`));
}
