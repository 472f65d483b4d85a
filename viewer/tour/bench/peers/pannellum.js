/** Pannellum with multires tiles; the script is its own build, loaded before this one. */
const { yaw, pitch, hfov } = Object.fromEntries(
  [...new URLSearchParams(location.search)].map(([k, v]) => [k, Number(v)]),
);
const config = await (await fetch("tiles/config.json")).json();
window.pannellum.viewer("viewer", {
  ...config,
  basePath: "tiles",
  autoLoad: true,
  showControls: false,
  yaw,
  pitch,
  hfov,
});
