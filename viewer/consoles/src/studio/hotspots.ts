/** What the studio knows of hotspots beyond their place: new ones, what they still lack, how they are named. Pure. */
import { floorLength } from "@kanfang/shared/floor.ts";
import type { DraftHotspot, DraftMeasure, HotspotKind } from "../api/tours.ts";

export const HOTSPOT_KINDS: readonly HotspotKind[] = ["defect", "information", "measure", "document", "portal"];
export const METHODS: readonly DraftMeasure["method"][] = ["laser", "tape", "plan", "floor"];

export interface Direction {
  yaw: number;
  pitch: number;
}

/** A hotspot that holds nothing yet. `to` is the other end of a line; `today` as 2026-03-30. */
export function newHotspot(id: string, kind: HotspotKind, at: Direction, to: Direction, today: string): DraftHotspot {
  const common = { id, yaw: at.yaw, pitch: at.pitch };
  switch (kind) {
    case "information":
      return { ...common, kind, title: "", text: "", pictures: [] };
    case "defect":
      return { ...common, kind, text: "", pictures: [], seen_on: today, announcement: "" };
    case "document":
      return { ...common, kind, title: "", url: "" };
    case "measure":
      return { ...common, kind, title: "", to, length: 0, error: 0.02, method: "laser" };
    case "portal":
      return { ...common, kind, title: "", url: "", starts_at: "", time_zone: "Asia/Shanghai" };
  }
}

/** A field that keeps the server from taking it, as the key of a text. */
export type Lack = "title" | "text" | "url" | "length" | "error" | "floor" | "beginning" | "zone";

/** What it still lacks; the server refuses a tour in which a hotspot lacks something. */
export function lacksOf(hotspot: DraftHotspot): Lack[] {
  const lacks: (Lack | false)[] = [];
  if (hotspot.kind === "information" || hotspot.kind === "document" || hotspot.kind === "portal")
    lacks.push(hotspot.title.trim() === "" && "title");
  if (hotspot.kind === "defect") lacks.push(hotspot.text.trim() === "" && "text");
  if (hotspot.kind === "document" || hotspot.kind === "portal") lacks.push(!isAddress(hotspot.url) && "url");
  if (hotspot.kind === "portal")
    lacks.push(Number.isNaN(Date.parse(hotspot.starts_at)) && "beginning", !isZone(hotspot.time_zone) && "zone");
  if (hotspot.kind === "measure") {
    const { length, error } = hotspot;
    if (hotspot.method === "floor") lacks.push(computed(hotspot) === null && "floor");
    lacks.push(!(length > 0 && length <= 200) && "length", !(error >= 0 && error <= length) && "error");
  }
  return lacks.filter((lack) => lack !== false);
}

/** As the server checks it: https, a plain host, no user. */
export function isAddress(text: string): boolean {
  return (
    text.length <= 500 && /^https:\/\/[A-Za-z0-9.\-:[\]]+([/?#][\x21-\x7e]*)?$/.test(text) && !/["<>\\^`{|}]/.test(text)
  );
}

function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return name !== "";
  } catch {
    return false;
  }
}

function computed(line: DraftMeasure & Direction) {
  return floorLength(line, line.to, line.camera_height ?? 0, line.camera_height_error ?? 0);
}

/** With the method `floor` length and error follow from the ends and the camera's height; else they stay as typed. */
export function measuredAnew<T extends DraftMeasure & Direction>(line: T): T {
  if (line.method !== "floor") return line;
  const found = computed(line);
  // Millimetres; the error rounded up, as it must not be told too small.
  if (!found) return { ...line, length: 0 };
  return { ...line, length: Math.round(found.length * 1000) / 1000, error: Math.ceil(found.error * 1000) / 1000 };
}

/** The method of a line changed: what belongs to the one before goes. */
export function withMethod<T extends DraftMeasure & Direction>(line: T, method: DraftMeasure["method"]): T {
  const { camera_height, camera_height_error, ...rest } = line;
  if (method !== "floor") return { ...rest, method } as T;
  const camera = { camera_height: camera_height ?? 1.5, camera_height_error: camera_height_error ?? 0.02 };
  return measuredAnew({ ...rest, ...camera, method } as T);
}

/** `2.84 m ± 2 cm` */
export function lengthText({ length, error }: Pick<DraftMeasure, "length" | "error">): string {
  return `${length.toFixed(2)} m ± ${error < 0.0095 ? `${Math.round(error * 1000)} mm` : `${Math.round(error * 100)} cm`}`;
}

/** Its title, or how its text begins; empty where there is nothing yet. */
export function nameOf(hotspot: DraftHotspot): string {
  if (hotspot.kind === "measure")
    return [hotspot.title, hotspot.length > 0 ? lengthText(hotspot) : ""].join(" ").trim();
  return hotspot.kind === "defect" ? (hotspot.text.split("\n")[0] ?? "") : hotspot.title;
}

/** A defect that is told but shown from near by no picture: flagged to agency and court. */
export function lacksPicture(hotspot: DraftHotspot): boolean {
  return hotspot.kind === "defect" && hotspot.pictures.length === 0;
}

const ZONE = new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", timeStyle: "short", timeZone: "UTC" });

/** The instant as `2026-10-08T10:00` on the clocks of a zone; empty where there is none. */
export function clockOf(instant: string, timeZone: string): string {
  const at = new Date(instant);
  if (Number.isNaN(at.getTime()) || !isZone(timeZone)) return "";
  const format = new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", timeStyle: "short", timeZone });
  return format.format(at).replace(" ", "T");
}

/** The instant at which the clocks of a zone show `2026-10-08T10:00`; of two such, the first. Empty for no time. */
export function instantOf(clock: string, timeZone: string): string {
  const wanted = new Date(`${clock}Z`).getTime();
  if (Number.isNaN(wanted) || !isZone(timeZone)) return "";
  let at = wanted;
  // The zone's distance from UTC at the first guess, then at the better one (changes of summer time).
  for (let turn = 0; turn < 2; turn += 1) {
    const shown = new Date(`${clockOf(new Date(at).toISOString(), timeZone)}Z`).getTime();
    at += wanted - shown;
  }
  return ZONE.format(new Date(at)).replace(" ", "T").concat(":00Z");
}
