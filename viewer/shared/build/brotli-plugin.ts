/** Vite plugin: writes each script and style sheet a second time as `<name>.br` (RFC 7932), which the server sends to browsers that take it. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";
import type { Plugin } from "vite";

/** Files that together may have so many bytes once compressed; one more and the build fails. */
export interface Allowance {
  names: readonly string[];
  bytes: number;
}

export function brotli(allowance?: Allowance): Plugin {
  return {
    name: "kanfang-brotli",
    apply: "build",
    // On what was written, so that no later step of the build can still change it.
    writeBundle(options, bundle) {
      let counted = 0;
      for (const name of Object.keys(bundle)) {
        if (!/\.(js|css)$/.test(name)) continue;
        const file = join(options.dir ?? "", name);
        const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
        const small = brotliCompressSync(readFileSync(file), { params });
        writeFileSync(`${file}.br`, small);
        if (allowance?.names.includes(name)) counted += small.length;
      }
      if (allowance && counted > allowance.bytes)
        throw new Error(`${allowance.names.join(" + ")}: ${counted} bytes compressed, ${allowance.bytes} are allowed`);
    },
  };
}
