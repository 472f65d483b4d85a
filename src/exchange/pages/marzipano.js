// Opens APP_DATA with Marzipano, which `npm install` puts into node_modules. The project's texts are HTML already.
(() => {
  if (!window.Marzipano) {
    document.getElementById("missing").hidden = false;
    return;
  }
  const { Viewer, ImageUrlSource, CubeGeometry, RectilinearView } = window.Marzipano;
  const { limit } = RectilinearView;
  const { compose } = window.Marzipano.util;
  const viewer = new Viewer(document.getElementById("tour"), { controls: { mouseViewMode: "drag" } });
  const list = document.getElementById("scenes");
  const hidden = document.getElementById("masked");
  const element = (name, className, label) => {
    const made = document.createElement(name);
    made.className = className;
    if (label) made.textContent = label;
    return made;
  };
  const places = new Map();
  // The viewer moves the outer element; the inner one is centred on it.
  const place = (scene, spot, at) => {
    const outer = element("div", "spot");
    outer.append(spot);
    scene.hotspotContainer().createHotspot(outer, at);
  };
  // What a note says lies over or under it, where there is more room, and within the window.
  const lay = (note, words) => {
    const { left, top, width } = note.firstChild.getBoundingClientRect();
    const [middle, half] = [left + width / 2, words.offsetWidth / 2 + 8];
    note.classList.toggle("up", top > innerHeight / 2);
    words.style.marginLeft = `${Math.max(half - middle, 0) + Math.min(innerWidth - half - middle, 0)}px`;
  };
  const open = (id) => {
    const { scene, button, masked } = places.get(id);
    scene.switchTo();
    hidden.textContent = masked ?? "";
    hidden.hidden = !masked;
    for (const other of list.children) other.removeAttribute("aria-current");
    button.setAttribute("aria-current", "true");
  };
  for (const data of window.APP_DATA.scenes) {
    // Not by resolution: small pictures begin with the view that their makers chose, too.
    const limiter = compose(limit.vfov(Math.PI / 36, (100 * Math.PI) / 180), limit.hfov(Math.PI / 36, (120 * Math.PI) / 180), limit.pitch(-Math.PI / 2, Math.PI / 2));
    const folder = `tiles/${data.id}`;
    const source = ImageUrlSource.fromString(`${folder}/{z}/{f}/{y}/{x}.jpg`, { cubeMapPreviewUrl: `${folder}/preview.jpg` });
    const view = new RectilinearView(data.initialViewParameters, limiter);
    const scene = viewer.createScene({ source, geometry: new CubeGeometry(data.levels), view, pinFirstLevel: true });
    for (const { yaw, pitch, target } of data.linkHotspots) {
      const way = element("button", "way", window.APP_DATA.scenes.find(({ id }) => id === target)?.name);
      way.addEventListener("click", () => open(target));
      place(scene, way, { yaw, pitch });
    }
    for (const { yaw, pitch, title, text } of data.infoHotspots) {
      const note = element("details", "note");
      const words = element("div", "");
      words.innerHTML = `<strong>${title}</strong><br>${text}`;
      note.append(element("summary", "", "i"), words);
      note.firstChild.setAttribute("aria-label", words.firstChild.textContent);
      note.addEventListener("toggle", () => lay(note, words));
      place(scene, note, { yaw, pitch });
    }
    const button = element("button", "", data.name);
    button.addEventListener("click", () => open(data.id));
    list.append(button);
    places.set(data.id, { scene, button, view, masked: data.masked });
  }
  window.tour = { viewer, places, open };
  if (window.APP_DATA.scenes[0]) open(window.APP_DATA.scenes[0].id);
})();
