/**
 * The tour as the server publishes it (`tour.json`, docs/contract.md), checked on reading: what leaves here is whole.
 * Knows neither the network nor the screen.
 */
import { FACES, type Face } from "../geometry/cube.ts";
import type { Pyramid, Tile } from "../geometry/pyramid.ts";
import type { View } from "../geometry/view.ts";

export interface Panorama extends Pyramid {
  face: number;
  coverage: { yaw: readonly [number, number]; pitch: readonly [number, number] };
  /** Address templates with {level} {face} {row} {column}; `stills` with {face}. */
  tiles: string;
  preview: string;
  stills: string;
  /** Where parts are hidden, as `readMasked` reads it (extras/masked). */
  masked?: unknown;
}

export interface Link {
  target: string;
  yaw: number;
  pitch: number;
  title: string;
}

export interface Scene {
  id: string;
  title: string;
  capturedAt: string | null;
  /** Yaw of north in the panorama, if known. */
  northYaw: number | null;
  initialView: View;
  panorama: Panorama;
  /** Where it stands on the plan, as `readPlace` reads it: the core has no use for it. */
  position: unknown;
  links: readonly Link[];
  /** As they came: what draws them reads them (extras/spots). */
  hotspots: unknown;
  /** The same spot on another day, and what the right eye sees, as `besideOf` reads them (extras/beside). */
  otherDay: unknown;
  rightEye: unknown;
  /** What the guided tour says here; nothing else than text is read. */
  narration: unknown;
  /** The recording of it, as `recordingOf` reads it (extras/narration). */
  narrationSound: unknown;
}

export interface Tour {
  id: string;
  title: string;
  court: string;
  start: string;
  /** Address that says whether the tour may still be shown. */
  status: string | null;
  /** As `readPlan` reads it. */
  plan: unknown;
  scenes: readonly Scene[];
}

/** The document is not a tour that this viewer can show; says which part of it. */
export class DocumentError extends Error {
  override readonly name = "DocumentError";
}

type Json = Record<string, unknown>;

export function readTour(value: unknown): Tour {
  const json = object(value, "tour");
  if (json.format !== "kanfang-tour") throw new DocumentError("format");
  if (json.version !== 1) throw new DocumentError(`version ${String(json.version)}`);
  const scenes = list(json, "scenes").map(readScene);
  const first = scenes[0];
  if (!first) throw new DocumentError("no scenes");
  const ids = new Set(scenes.map((scene) => scene.id));
  return {
    id: text(json, "id"),
    title: text(json, "title"),
    court: optionalText(json.court) ?? "",
    start: ids.has(String(json.start)) ? String(json.start) : first.id,
    status: optionalText(json.status),
    plan: json.plan,
    scenes: scenes.map((scene) => ({ ...scene, links: scene.links.filter((link) => ids.has(link.target)) })),
  };
}

export function sceneOf(tour: Tour, id: string): Scene | undefined {
  return tour.scenes.find((scene) => scene.id === id);
}

export function tileAddress(panorama: Panorama, tile: Tile): string {
  return panorama.tiles
    .replace("{level}", String(tile.level))
    .replace("{face}", tile.face)
    .replace("{row}", String(tile.row))
    .replace("{column}", String(tile.column));
}

export function stillAddress(panorama: Panorama, face: Face): string {
  return panorama.stills.replace("{face}", face);
}

function readScene(value: unknown): Scene {
  const json = object(value, "scene");
  const view = object(json.initialView ?? {}, "initialView");
  return {
    id: text(json, "id"),
    title: text(json, "title"),
    capturedAt: optionalText(json.capturedAt),
    northYaw: json.northYaw === null || json.northYaw === undefined ? null : number(json, "northYaw"),
    initialView: { yaw: number(view, "yaw", 0), pitch: number(view, "pitch", 0), hfov: number(view, "hfov", 90) },
    panorama: readPanorama(json.panorama),
    position: json.position,
    links: list(json, "links", []).map(readLink),
    hotspots: json.hotspots,
    otherDay: json.otherDay,
    rightEye: json.rightEye,
    narration: json.narration,
    narrationSound: json.narrationSound,
  };
}

export function readPanorama(value: unknown): Panorama {
  const json = object(value, "panorama");
  const levels = numbers(json, "levels");
  const [face, tile] = [number(json, "face"), number(json, "tile")];
  const ascending = levels.every((edge, i) => edge > (levels[i - 1] ?? 0));
  if (levels.length === 0 || !ascending || levels[levels.length - 1] !== face) throw new DocumentError("levels");
  if (tile < 16) throw new DocumentError("tile");
  const coverage = object(json.coverage ?? {}, "coverage");
  return {
    face,
    tile,
    levels,
    coverage: { yaw: range(coverage, "yaw", 180), pitch: range(coverage, "pitch", 90) },
    tiles: text(json, "tiles"),
    preview: text(json, "preview"),
    stills: text(json, "stills"),
    masked: json.masked,
  };
}

function readLink(value: unknown): Link {
  const json = object(value, "link");
  return {
    target: text(json, "target"),
    yaw: number(json, "yaw"),
    pitch: number(json, "pitch", 0),
    title: optionalText(json.title) ?? "",
  };
}

/** Two limits; all that there is where none are stated. */
function range(json: Json, key: string, all: number): readonly [number, number] {
  const [from, to] = json[key] === undefined || json[key] === null ? [-all, all] : numbers(json, key);
  if (from === undefined || to === undefined || from >= to) throw new DocumentError(key);
  return [from, to];
}

function object(value: unknown, name: string): Json {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new DocumentError(name);
  return value as Json;
}

function list(json: Json, key: string, otherwise?: unknown[]): unknown[] {
  const value = json[key] ?? otherwise;
  if (!Array.isArray(value)) throw new DocumentError(key);
  return value;
}

function numbers(json: Json, key: string): number[] {
  return list(json, key).map((value) => finite(value, key));
}

function text(json: Json, key: string): string {
  const value = optionalText(json[key]);
  if (value === null) throw new DocumentError(key);
  return value;
}

function optionalText(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

function number(json: Json, key: string, otherwise?: number): number {
  return finite(json[key] ?? otherwise, key);
}

function finite(value: unknown, name: string): number {
  if (typeof value !== "number" || !Number.isFinite(value)) throw new DocumentError(name);
  return value;
}

/** Where a direction's face sits in the preview strip and the stills. */
export function faceIndex(face: Face): number {
  return FACES.indexOf(face);
}
