/**
 * The pages of the other viewers: bundles each from its npm package (installed in a scratch folder, never among ours)
 * and serves them with the same tiles, compressed as a good server would.
 */
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync } from "node:zlib";
import { rolldown } from "rolldown";

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".json": "application/json",
  ".jpg": "image/jpeg",
};

const page = (styles, scripts) => `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>bench</title>
<link rel="icon" href="data:,">${styles.map((file) => `<link rel="stylesheet" href="${file}">`).join("")}<style>html,body,#viewer{margin:0;width:100%;height:100%;overflow:hidden}</style></head>
<body><div id="viewer"></div>${scripts.map((tag) => tag).join("")}</body></html>`;

/** Names of the viewers with the files that their page needs. */
export const PEERS = {
  pannellum: { styles: ["pannellum.css"], libraries: ["pannellum.js"] },
  marzipano: { styles: [], libraries: [] },
  psv: { styles: ["psv.css"], libraries: [] },
};

/** Writes the pages into `folder`, where the packages lie under node_modules; answers brotli bytes of the code by name. */
export async function build(folder) {
  const from = createRequire(join(folder, "package.json"));
  const whole = join(from.resolve("pannellum/package.json"), "..");
  for (const file of ["pannellum.js", "pannellum.css"]) copyFileSync(join(whole, "build", file), join(folder, file));
  copyFileSync(join(from.resolve("@photo-sphere-viewer/core"), "..", "index.css"), join(folder, "psv.css"));
  const sizes = {};
  for (const [name, { styles, libraries }] of Object.entries(PEERS)) {
    const entry = join(folder, `${name}-entry.js`);
    copyFileSync(fileURLToPath(new URL(`peers/${name}.js`, import.meta.url)), entry);
    const bundle = await rolldown({ input: entry, logLevel: "silent" });
    await bundle.write({ file: join(folder, `${name}-page.js`), format: "es", minify: true });
    const classic = libraries.map((file) => `<script src="${file}"></script>`);
    const tags = [...classic, `<script type="module" src="${name}-page.js"></script>`];
    writeFileSync(join(folder, `${name}.html`), page(styles, tags));
    const files = [...styles, ...libraries, `${name}-page.js`];
    sizes[name] = files.reduce((sum, file) => sum + brotliCompressSync(readFileSync(join(folder, file))).length, 0);
  }
  return sizes;
}

/** Serves the folder on a free port. */
export async function serve(folder) {
  const kept = new Map();
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url, "http://x").pathname);
    const type = TYPES[extname(path)] ?? "application/octet-stream";
    try {
      if (path.includes("..")) throw new Error(path);
      const small = type !== "image/jpeg";
      const body =
        kept.get(path) ??
        (small ? brotliCompressSync(readFileSync(join(folder, path))) : readFileSync(join(folder, path)));
      kept.set(path, body);
      const headers = { "content-type": type, "content-length": body.length, "cache-control": "public, max-age=3600" };
      response.writeHead(200, small ? { ...headers, "content-encoding": "br" } : headers);
      response.end(body);
    } catch {
      response.writeHead(404, { "content-length": 0 });
      response.end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${server.address().port}`, stop: () => server.close() };
}
