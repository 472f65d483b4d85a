import type { Plugin } from "vite";

/** Lazily loaded parts have no style sheets of their own: Vite's helper that waits for those would be a twentieth of the core. */
export const plainImports: Plugin = {
  name: "kanfang-plain-imports",
  enforce: "pre",
  load: (id) => (id.endsWith("vite/preload-helper.js") ? "export const __vitePreload = (load) => load();" : undefined),
};
