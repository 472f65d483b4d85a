/** Marzipano with cube tiles. Its field of view is vertical, its pitch positive downwards, both in radians. */
import Marzipano from "marzipano";

const { yaw, pitch, hfov } = Object.fromEntries(
  [...new URLSearchParams(location.search)].map(([k, v]) => [k, Number(v)]),
);
const radians = (degrees) => (degrees * Math.PI) / 180;
const viewer = new Marzipano.Viewer(document.getElementById("viewer"));
const source = new Marzipano.ImageUrlSource((tile) => ({
  url: `cube/${tile.z + 1}/${tile.face}${tile.y}_${tile.x}.jpg`,
}));
const geometry = new Marzipano.CubeGeometry([512, 1024, 2048].map((size) => ({ tileSize: 512, size })));
const fov = 2 * Math.atan((Math.tan(radians(hfov) / 2) * innerHeight) / innerWidth);
const limiter = Marzipano.RectilinearView.limit.traditional(4096, radians(120));
const view = new Marzipano.RectilinearView({ yaw: radians(yaw), pitch: radians(-pitch), fov }, limiter);
viewer.createScene({ source, geometry, view, pinFirstLevel: true }).switchTo({ transitionDuration: 0 });
