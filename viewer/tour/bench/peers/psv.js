/** Photo Sphere Viewer with cube tiles of several levels. Its zoom is a percentage between two vertical fields of view. */
import { Viewer } from "@photo-sphere-viewer/core";
import { CubemapTilesAdapter } from "@photo-sphere-viewer/cubemap-tiles-adapter";

const { yaw, pitch, hfov } = Object.fromEntries(
  [...new URLSearchParams(location.search)].map(([k, v]) => [k, Number(v)]),
);
const LETTERS = { front: "f", right: "r", back: "b", left: "l", top: "u", bottom: "d" };
const [minFov, maxFov] = [30, 90];
const vfov = (360 / Math.PI) * Math.atan((Math.tan((hfov * Math.PI) / 360) * innerHeight) / innerWidth);
const tileUrl = (face, column, row, level) => `cube/${level + 1}/${LETTERS[face]}${row}_${column}.jpg`;
new Viewer({
  container: "viewer",
  adapter: CubemapTilesAdapter.withConfig({ showErrorTile: false }),
  navbar: false,
  minFov,
  maxFov,
  defaultYaw: `${yaw}deg`,
  defaultPitch: `${pitch}deg`,
  defaultZoomLvl: (100 * (maxFov - vfov)) / (maxFov - minFov),
  panorama: {
    baseUrl: Object.fromEntries(Object.entries(LETTERS).map(([face, letter]) => [face, `cube/1/${letter}0_0.jpg`])),
    levels: [
      { faceSize: 1024, nbTiles: 2 },
      { faceSize: 2048, nbTiles: 4 },
    ],
    tileUrl: (face, column, row, level) => tileUrl(face, column, row, level + 1),
  },
});
