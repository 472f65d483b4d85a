import { describe, expect, it } from "vitest";
import { besideOf, panoramaNamed } from "../src/extras/beside.ts";
import { readTour } from "../src/tour/document.ts";

const panorama = (name: string) => ({
  face: 1024,
  tile: 512,
  levels: [512, 1024],
  tiles: `/t/v/${name}/{level}/{face}{row}_{column}`,
  preview: `/t/v/${name}/preview.jpg`,
  stills: `/t/v/${name}/still/{face}.jpg`,
});
const tourWith = (more: object) =>
  readTour({
    format: "kanfang-tour",
    version: 1,
    id: "l",
    title: "t",
    scenes: [{ id: "a", title: "客厅", panorama: panorama("a"), ...more }],
  });

describe("pictures beside a scene's own", () => {
  it("are found under the names by which they are published", () => {
    const tour = tourWith({ otherDay: { panorama: panorama("o") }, rightEye: { panorama: panorama("r") } });
    expect(panoramaNamed(tour, "a")?.preview).toBe("/t/v/a/preview.jpg");
    expect(panoramaNamed(tour, "a-other")?.preview).toBe("/t/v/o/preview.jpg");
    expect(panoramaNamed(tour, "a-right")?.preview).toBe("/t/v/r/preview.jpg");
    for (const name of ["", "b", "b-right", "a-left", "a-right-other"])
      expect(panoramaNamed(tour, name)).toBeUndefined();
  });

  it("have a name of their own and lead nowhere", () => {
    const [scene] = tourWith({ rightEye: { panorama: panorama("r") } }).scenes;
    const right = scene && besideOf(scene, "rightEye");
    expect(right).toMatchObject({ id: "a-right", title: "客厅", links: [] });
  });

  it("that are not there or cannot be read are left out", () => {
    for (const rightEye of [undefined, null, 7, {}, { panorama: {} }, { panorama: { ...panorama("r"), levels: [] } }]) {
      const [scene] = tourWith({ rightEye }).scenes;
      expect(scene && besideOf(scene, "rightEye"), JSON.stringify(rightEye)).toBeUndefined();
    }
  });
});
