import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";
import { brotli } from "../shared/build/brotli-plugin.ts";
import { messages } from "../shared/build/messages-plugin.ts";
import { oneEntry } from "../shared/build/one-entry-plugin.ts";
import { plainImports } from "../shared/build/plain-imports-plugin.ts";

/** What a reader waits for before the first picture. */
const CORE = { names: ["tour.js", "tour.css"], bytes: 18_000 };

/** `embed.js` is a classic script: what it declares is its own, also where a page has it twice. */
const classicScript: Plugin = {
  name: "kanfang-classic-script",
  renderChunk: (code, { name, imports, exports }) => {
    if (name !== "embed") return null;
    if (imports.length + exports.length > 0) throw new Error("embed.js must not import or export");
    return { code: `(()=>{${code}})();\n`, map: null };
  },
};

export default defineConfig({
  plugins: [classicScript, plainImports, messages(), oneEntry("tour.js", "kanfangCore"), brotli(CORE)],
  base: "/assets/tour/",
  build: {
    outDir: fileURLToPath(new URL("../dist/tour", import.meta.url)),
    emptyOutDir: true,
    // Chrome 85, Safari 15, Firefox 90: all speak private members; lowering them costs 10 % of the size.
    target: "es2022",
    cssCodeSplit: false,
    modulePreload: false,
    rollupOptions: {
      input: {
        tour: fileURLToPath(new URL("src/main.ts", import.meta.url)),
        embed: fileURLToPath(new URL("src/embed.ts", import.meta.url)),
      },
      output: {
        entryFileNames: "[name].js",
        chunkFileNames: "chunk-[name]-[hash].js",
        assetFileNames: (asset) =>
          asset.names.some((name) => name.endsWith(".css")) ? "tour.css" : "[name]-[hash][extname]",
      },
    },
  },
});
