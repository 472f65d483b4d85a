/**
 * Service worker of the capture guide, and of nothing else: a telephone that closes the page while its camera is open must be able
 * to open it again in a cellar. Keeps the page's frame, which holds nothing of the case, and the program's own files; never an
 * answer of the API. With a network, the network is always asked first for the page.
 */

/** The parts of a service worker's scope that are used: its types and those of pages cannot be loaded together. */
interface Extendable {
  waitUntil: (work: Promise<unknown>) => void;
}
interface Asked extends Extendable {
  request: Request;
  respondWith: (answer: Promise<Response>) => void;
}
const scope = self as unknown as {
  skipWaiting: () => Promise<void>;
  clients: { claim: () => Promise<void> };
  addEventListener: (<E>(type: string, listener: (event: E) => void) => void) & unknown;
};

const CACHE = "kanfang-capture-1";
const PAGE = /^\/console\/listings\/[^/]+\/capture\/?$/;
/** One frame for all listings: what differs is in the address. */
const FRAME = "/console/capture-frame";

scope.addEventListener<Extendable>("install", (event) => event.waitUntil(scope.skipWaiting()));
scope.addEventListener<Extendable>("activate", (event) => event.waitUntil(scope.clients.claim()));

scope.addEventListener<Extendable & { data: unknown }>("message", (event) => {
  const { page, parts } = event.data as { page?: unknown; parts?: unknown };
  if (typeof page !== "string" || !Array.isArray(parts)) return;
  event.waitUntil(keep(page, parts.map(String)));
});

scope.addEventListener<Asked>("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (request.mode === "navigate") {
    if (PAGE.test(url.pathname)) event.respondWith(frame(request));
  } else if (url.pathname.startsWith("/assets/")) event.respondWith(part(request));
});

/** Keeps the frame and exactly these parts: those of an older program go. */
async function keep(page: string, parts: string[]): Promise<void> {
  const cache = await caches.open(CACHE);
  const answer = await fetch(page, { credentials: "same-origin" });
  if (!answer.ok) return;
  for (const address of parts) {
    const there = await cache.match(address);
    if (!there) await cache.add(address);
  }
  await cache.put(FRAME, answer);
  for (const { url } of await cache.keys())
    if (!parts.includes(url) && new URL(url).pathname !== FRAME) await cache.delete(url);
}

async function frame(request: Request): Promise<Response> {
  try {
    return await fetch(request);
  } catch (error) {
    const kept = await (await caches.open(CACHE)).match(FRAME);
    if (kept) return kept;
    throw error;
  }
}

/** Addresses of parts name their bytes by a hash: what is kept is right. */
async function part(request: Request): Promise<Response> {
  const kept = await (await caches.open(CACHE)).match(request);
  return kept ?? fetch(request);
}
