// Opens tour.json with Pannellum, which `npm install` puts into node_modules.
(async () => {
  if (!window.pannellum) {
    document.getElementById("tour").hidden = true;
    document.getElementById("missing").hidden = false;
    return;
  }
  const tour = await (await fetch("tour.json")).json();
  window.viewer = window.pannellum.viewer("tour", tour);
})();
