/**
 * Vite plugin for an entry that pages link as `tour.js?v=…`: parts that are loaded later must not import it as `tour.js`, for
 * that is another address and the browser would run the whole entry a second time. The entry leaves its exports in a global
 * instead, and the parts take them from there. Fails the build where the output does not look as expected.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vite";

export function oneEntry(entry: string, global: string): Plugin {
  const exported = /export\{([^}]*)\};?\s*$/;
  const imported = new RegExp(`import\\{([^}]*)\\}from"\\./${entry.replace(".", "\\.")}";?`, "g");
  return {
    name: "kanfang-one-entry",
    apply: "build",
    writeBundle(options, bundle) {
      const edit = (name: string, change: (code: string) => string) => {
        const file = join(options.dir ?? "", name);
        writeFileSync(file, change(readFileSync(file, "utf8")));
      };
      const pairs = (names: string, turn: boolean) =>
        names.split(",").map((name) => {
          const [from, to = from] = name.trim().split(/\s+as\s+/);
          return turn ? `${to}:${from}` : `${from}:${to}`;
        });
      for (const name of Object.keys(bundle)) {
        if (!name.endsWith(".js")) continue;
        edit(name, (code) => {
          if (name === entry) {
            if (!exported.test(code)) return code;
            return code.replace(exported, (_, names: string) => `globalThis.${global}={${pairs(names, true)}};\n`);
          }
          const changed = code.replace(
            imported,
            (_, names: string) => `const{${pairs(names, false)}}=globalThis.${global};`,
          );
          if (changed.includes(`./${entry}`)) throw new Error(`${name} still imports ${entry}`);
          return changed;
        });
      }
    },
  };
}
