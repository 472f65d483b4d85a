import { describe, expect, it } from "vitest";
import type { Probe } from "../src/api/media.ts";
import { asTaken } from "../src/media/taking.ts";

const photo = (file_name: string, local?: string) => ({
  file_name,
  probe: { exif: local ? { captured_at: { local } } : null } as Probe,
});

const names = (photos: ReturnType<typeof photo>[]): string[] => asTaken(photos).map((one) => one.file_name);

describe("the order in which photos were taken", () => {
  it("is that of the camera's clock, and of the names within a second", () => {
    const at = (second: number): string => `2026-03-30T10:00:0${second}`;
    const photos = [photo("a.jpg", at(5)), photo("12.jpg", at(2)), photo("9.jpg", at(2)), photo("b.jpg", at(1))];
    expect(names(photos)).toEqual(["b.jpg", "9.jpg", "12.jpg", "a.jpg"]);
  });

  it("is that of the numbers in their names where one has no time", () => {
    const photos = [photo("图10.jpg", "2026-03-30T10:00:00"), photo("图9.jpg"), photo("图1.jpg")];
    expect(names(photos)).toEqual(["图1.jpg", "图9.jpg", "图10.jpg"]);
  });
});
