/**
 * Reads the part of Fluent (projectfluent.org) that Kanfang's texts use: messages, comments, lines that go on when
 * indented, and `{ $name }` or `{ "literal" }` in the text. Anything more (terms, attributes, selectors) is an error
 * with its line, so that a text never reaches a page half understood. Runs at build time; the server reads the same files.
 */

import type { Catalogue } from "./messages.ts";

/** Message key to its pattern; placeables stay in it as `{$name}`. */
export type Patterns = Record<string, string>;

/** The languages side by side, text by text; one that a language lacks is that of the first. */
export function catalogueOf(languages: readonly Patterns[]): Catalogue {
  const [first = {}] = languages;
  return Object.fromEntries(
    Object.entries(first).map(([key, text]) => [key, languages.map((patterns) => patterns[key] ?? text)]),
  );
}

/** A line that this subset of Fluent does not know. */
export class FtlError extends Error {
  constructor(line: number, problem: string) {
    super(`line ${line}: ${problem}`);
    this.name = "FtlError";
  }
}

export function parseFtl(text: string): Patterns {
  const patterns: Patterns = {};
  let key: string | undefined;
  text.split(/\r?\n/).forEach((line, index) => {
    const number = index + 1;
    if (line.startsWith("#") || line.trim() === "") return;
    const start = /^([a-z][a-z0-9-]*)\s*=\s?(.*)$/.exec(line);
    if (start?.[1] !== undefined) {
      key = start[1];
      if (key in patterns) throw new FtlError(number, `the message "${key}" is there twice`);
      patterns[key] = readPattern(start[2] ?? "", number);
    } else if (/^\s/.test(line) && key !== undefined) {
      if (/^\s+\./.test(line)) throw new FtlError(number, "attributes are not used here");
      const before = patterns[key];
      patterns[key] = (before ? `${before}\n` : "") + readPattern(line.trim(), number);
    } else {
      throw new FtlError(number, `"${line}" is no message, comment or continued line`);
    }
  });
  return patterns;
}

function readPattern(text: string, line: number): string {
  return text.trimEnd().replace(/\{([^}]*)\}?/g, (whole, inside: string) => {
    const variable = /^\s*\$([a-z][a-z0-9_]*)\s*$/i.exec(inside);
    if (variable && whole.endsWith("}")) return `{$${variable[1]}}`;
    const literal = /^\s*"([^"]*)"\s*$/.exec(inside);
    if (literal && whole.endsWith("}")) return literal[1] ?? "";
    throw new FtlError(line, `"${whole}" is not { $name } or { "text" }`);
  });
}
