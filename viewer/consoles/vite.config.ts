import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import { brotli } from "../shared/build/brotli-plugin.ts";
import { messages } from "../shared/build/messages-plugin.ts";
import { oneEntry } from "../shared/build/one-entry-plugin.ts";

export default defineConfig({
  plugins: [messages(), oneEntry("console.js", "kanfangConsole"), brotli()],
  base: "/assets/consoles/",
  worker: { format: "es", rollupOptions: { output: { entryFileNames: "chunk-[name]-[hash].js" } } },
  build: {
    outDir: fileURLToPath(new URL("../dist/consoles", import.meta.url)),
    emptyOutDir: true,
    target: ["es2022", "chrome100", "safari16"],
    cssCodeSplit: false,
    modulePreload: false,
    assetsInlineLimit: 0,
    rollupOptions: {
      input: {
        console: fileURLToPath(new URL("src/main.tsx", import.meta.url)),
        offline: fileURLToPath(new URL("src/offline.ts", import.meta.url)),
      },
      output: {
        entryFileNames: "[name].js",
        chunkFileNames: "chunk-[name]-[hash].js",
        assetFileNames: (asset) =>
          asset.names.some((name) => name.endsWith(".css")) ? "console.css" : "chunk-[name]-[hash][extname]",
      },
    },
  },
});
