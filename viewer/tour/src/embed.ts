/**
 * For foreign pages that may show a tour: `<script async src="https://…/assets/tour/embed.js" data-listing="…"></script>`
 * puts the frame in its own place. A classic script without imports; the server's allow-list decides who may frame it.
 */
(() => {
  const script = document.currentScript as HTMLScriptElement | null;
  const listing = script?.dataset.listing;
  if (!script || !listing) return;
  const address = new URL(`/embed/${encodeURIComponent(listing)}`, script.src);
  const english = (script.dataset.lang ?? document.documentElement.lang).toLowerCase().startsWith("en");
  address.searchParams.set("lang", english ? "en" : "zh-CN");
  const frame = document.createElement("iframe");
  frame.src = address.href;
  frame.title = script.dataset.title ?? (english ? "Panorama tour" : "全景漫游");
  frame.loading = "lazy";
  frame.allow = "fullscreen; gyroscope; accelerometer";
  frame.allowFullscreen = true;
  frame.referrerPolicy = "strict-origin-when-cross-origin";
  const { style } = frame;
  style.display = "block";
  style.width = "100%";
  style.height = script.dataset.height ?? "min(75vh, 640px)";
  style.border = "0";
  script.after(frame);
})();
