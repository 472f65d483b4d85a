// Opens tour.json with Photo Sphere Viewer, which `npm install` puts into node_modules.
const FACES = ["left", "front", "right", "back", "top", "bottom"];
const [minFov, maxFov] = [20, 100];

/** The adapter wants functions; the document has templates. */
function panoramaOf({ flipTopBottom, levels, tiles }) {
  const address = (level, face, column, row) =>
    Object.entries({ level, face, column, row }).reduce((text, [name, value]) => text.replace(`{${name}}`, value), tiles);
  const rest = levels.length > 1 ? levels.slice(1) : levels;
  const first = levels.length > 1 ? 1 : 0;
  return {
    flipTopBottom,
    baseUrl: {
      type: "separate",
      flipTopBottom,
      paths: Object.fromEntries(FACES.map((face) => [face, address(0, face, 0, 0)])),
    },
    levels: rest,
    tileUrl: (face, column, row, level) => address(level + first, face, column, row),
  };
}

function zoomOf(hfov, size) {
  const vertical = (360 / Math.PI) * Math.atan((Math.tan((hfov * Math.PI) / 360) * size.height) / size.width);
  return (100 * (maxFov - vertical)) / (maxFov - minFov);
}

async function open() {
  const { Viewer } = await import("@photo-sphere-viewer/core");
  const { CubemapTilesAdapter } = await import("@photo-sphere-viewer/cubemap-tiles-adapter");
  const { MarkersPlugin } = await import("@photo-sphere-viewer/markers-plugin");
  const { VirtualTourPlugin } = await import("@photo-sphere-viewer/virtual-tour-plugin");
  const tour = await (await fetch("tour.json")).json();
  const nodes = tour.nodes.map((node) => ({
    ...node,
    panorama: panoramaOf(node.panorama),
    markers: node.markers.map((marker) => ({ ...marker, html: '<span class="note">i</span>', anchor: "center center" })),
  }));
  const first = nodes.find(({ id }) => id === tour.startNodeId) ?? nodes[0];
  const container = document.getElementById("tour");
  window.viewer = new Viewer({
    container,
    adapter: CubemapTilesAdapter,
    minFov,
    maxFov,
    defaultYaw: first.data.yaw,
    defaultPitch: first.data.pitch,
    defaultZoomLvl: zoomOf(first.data.hfov, { width: container.clientWidth, height: container.clientHeight }),
    navbar: ["zoom", "move", "caption", "fullscreen"],
    plugins: [
      MarkersPlugin,
      VirtualTourPlugin.withConfig({
        positionMode: "manual",
        renderMode: "3d",
        nodes,
        startNodeId: first.id,
        transitionOptions: (to, from) => ({
          ...(from ? { rotateTo: { yaw: to.data.yaw, pitch: to.data.pitch } } : {}),
        }),
      }),
    ],
  });
}

open().catch((problem) => {
  console.error(problem);
  document.getElementById("missing").hidden = false;
});
