/**
 * Vite plugin: `import messages from "virtual:messages/tour"` gives the texts of `locales/<language>/tour.ftl`
 * in every language. The build fails when a key lacks in one of them or its placeables differ.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";
import { catalogueOf, type Patterns, parseFtl } from "../src/ftl.ts";
import { type Catalogue, LANGUAGES } from "../src/messages.ts";

const PREFIX = "virtual:messages/";

function localeFile(language: string, name: string): string {
  return fileURLToPath(new URL(`../../locales/${language}/${name}.ftl`, import.meta.url));
}

function placeables(pattern: string): string {
  return [...new Set(pattern.match(/\{\$\w+\}/g) ?? [])].sort().join(" ");
}

function compare(first: Patterns, other: Patterns, name: string, language: string): void {
  for (const key of new Set([...Object.keys(first), ...Object.keys(other)])) {
    const [a, b] = [first[key], other[key]];
    if (a === undefined || b === undefined)
      throw new Error(`${name}.ftl: "${key}" is not in both zh-CN and ${language}`);
    if (placeables(a) !== placeables(b)) throw new Error(`${name}.ftl: "${key}" has other placeables in ${language}`);
  }
}

/** All languages of one file, checked against one another. */
function loadMessages(name: string): Catalogue {
  const all = LANGUAGES.map((language) => parseFtl(readFileSync(localeFile(language, name), "utf8")));
  const [first = {}] = all;
  for (const [i, patterns] of all.entries()) compare(first, patterns, name, LANGUAGES[i] as string);
  return catalogueOf(all);
}

export function messages(): Plugin {
  return {
    name: "kanfang-messages",
    resolveId: (id) => (id.startsWith(PREFIX) ? `\0${id}` : undefined),
    load(id) {
      if (!id.startsWith(`\0${PREFIX}`)) return undefined;
      const name = id.slice(PREFIX.length + 1);
      for (const language of LANGUAGES) this.addWatchFile(localeFile(language, name));
      return `export default ${JSON.stringify(loadMessages(name))};`;
    },
  };
}
