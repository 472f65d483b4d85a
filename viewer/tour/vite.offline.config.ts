import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import { messages } from "../shared/build/messages-plugin.ts";
import { plainImports } from "../shared/build/plain-imports-plugin.ts";

/** The viewer of the offline copy: one classic script and one style sheet, which the server packs into the zip. */
export default defineConfig({
  plugins: [plainImports, messages()],
  build: {
    outDir: fileURLToPath(new URL("../dist/offline", import.meta.url)),
    emptyOutDir: true,
    target: "es2022",
    cssCodeSplit: false,
    modulePreload: false,
    rollupOptions: {
      input: fileURLToPath(new URL("src/offline/main.ts", import.meta.url)),
      output: {
        format: "iife",
        codeSplitting: false,
        entryFileNames: "offline.js",
        assetFileNames: "offline[extname]",
      },
    },
  },
});
