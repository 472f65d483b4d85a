/** Makes the page open without a network: registers the worker of `src/offline` and tells it what the page is made of. */
import { scriptAddress } from "../trusted.ts";
import { WORKER_ADDRESS } from "./checking.ts";

export function keepForOffline(): void {
  // Missing without HTTPS and in some built-in browsers: there the page has to stay open.
  if (!("serviceWorker" in navigator)) return;
  navigator.serviceWorker
    .register(scriptAddress("/console/offline.js"), { scope: "/console/listings/" })
    .then(async (registration) => {
      const worker = registration.active ?? (await navigator.serviceWorker.ready).active;
      const loaded = performance.getEntriesByType("resource").map((entry) => entry.name);
      const parts = [...loaded, new URL(WORKER_ADDRESS, location.href).href].filter((address) => {
        const url = new URL(address);
        // Only addresses that name their bytes: what is kept can never be out of date.
        const isFixed = url.pathname.includes("/chunk-") || url.searchParams.has("v");
        return url.origin === location.origin && url.pathname.startsWith("/assets/") && isFixed;
      });
      worker?.postMessage({ page: location.href.replace(/[?#].*$/, ""), parts: [...new Set(parts)] });
    })
    .catch(() => {});
}
