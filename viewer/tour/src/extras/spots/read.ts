/** The hotspots of a scene as `tour.json` has them (docs/contract.md), checked on reading: what cannot be read is left out. */
import type { Cue } from "@kanfang/shared/captions.ts";

export interface Direction {
  yaw: number;
  pitch: number;
}

interface Common extends Direction {
  id: string;
}

/** A photo. */
export interface Picture {
  address: string;
  /** In how many places something is hidden in it. */
  masked: number;
}

/** A video and its still. */
export interface Video {
  address: string;
  still: string;
  /** Its captions, in the order of their times; empty where it has none. */
  captions: readonly Cue[];
}

/** What a hotspot shows. */
export interface Shown {
  pictures: readonly Picture[];
  videos: readonly Video[];
}

export type Spot = Common &
  (
    | ({ kind: "information"; title: string; text: string } & Shown)
    | ({ kind: "defect"; text: string; seenOn: string; announcement: string } & Shown)
    | { kind: "document"; title: string; url: string }
    | { kind: "measure"; title: string; to: Direction; length: number; error: number; method: string }
    | { kind: "portal"; title: string; url: string; startsAt: string; timeZone: string }
  );

/** In the order in which they win a place where there is little. */
export const KINDS = ["defect", "measure", "portal", "information", "document"] as const;
export type Kind = (typeof KINDS)[number];

type Json = Record<string, unknown>;

export function readSpots(value: unknown): Spot[] {
  return Array.isArray(value) ? value.map(readSpot).filter((spot) => spot !== undefined) : [];
}

function readSpot(value: unknown, index: number): Spot | undefined {
  const json = objectOf(value);
  const direction = directionOf(json);
  if (!direction) return undefined;
  const common = { id: text(json.id) || String(index), ...direction };
  const [title, words] = [text(json.title), text(json.text)];
  switch (json.kind) {
    case "information":
      return title ? { ...common, kind: "information", title, text: words, ...shownOf(json) } : undefined;
    case "defect": {
      const rest = { seenOn: text(json.seenOn), announcement: text(json.announcement), ...shownOf(json) };
      return words ? { ...common, kind: "defect", text: words, ...rest } : undefined;
    }
    case "document": {
      const url = address(json.url);
      return url ? { ...common, kind: "document", title: title || url, url } : undefined;
    }
    case "measure": {
      const to = directionOf(objectOf(json.to));
      const [length, error] = [number(json.length), number(json.error)];
      if (!to || length === undefined || error === undefined || length <= 0 || error < 0) return undefined;
      return { ...common, kind: "measure", title, to, length, error, method: text(json.method) };
    }
    case "portal": {
      const url = address(json.url);
      const when = { startsAt: text(json.startsAt), timeZone: text(json.timeZone) };
      return url ? { ...common, kind: "portal", title: title || url, url, ...when } : undefined;
    }
    default:
      return undefined;
  }
}

/** What it is called in lists and on its pin. */
export function nameOf(spot: Spot): string {
  if (spot.kind === "measure") return [spot.title, lengthText(spot.length, spot.error)].filter(Boolean).join(" ");
  return spot.kind === "defect" ? (spot.text.split("\n")[0] ?? "") : spot.title;
}

/** `2.84 m ± 2 cm`: metres, and the error in the unit that suits it. */
export function lengthText(length: number, error: number): string {
  const off =
    error < 0.0095
      ? `${Math.round(error * 1000)} mm`
      : error < 0.995
        ? `${Math.round(error * 100)} cm`
        : `${error.toFixed(1)} m`;
  return `${length.toFixed(2)} m ± ${off}`;
}

function shownOf(json: Json): Shown {
  const videos = listOf(json.videos).map((one) => {
    const { address, still, captions } = objectOf(one);
    return { address: text(address), still: text(still), captions: cuesOf(captions) };
  });
  return {
    pictures: listOf(json.pictures).flatMap((address, index) =>
      isOwn(address) ? [{ address, masked: countOf(listOf(json.masked)[index]) }] : [],
    ),
    videos: videos.filter(({ address, still }) => isOwn(address) && isOwn(still)),
  };
}

function countOf(value: unknown): number {
  return typeof value === "number" && Number.isInteger(value) && value > 0 ? value : 0;
}

function cuesOf(value: unknown): Cue[] {
  return listOf(value).flatMap((one) => {
    const json = objectOf(one);
    const [start, end, words] = [number(json.start), number(json.end), text(json.text).trim()];
    return start === undefined || end === undefined || start < 0 || end <= start || !words
      ? []
      : [{ start, end, text: words }];
  });
}

/** Pictures come from the court's own server, whatever the document says. */
function isOwn(address: unknown): address is string {
  return typeof address === "string" && /^\/(?![/\\\s])/.test(address);
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Only `https`: nothing that runs, nothing that can be read on the way. */
function address(value: unknown): string | undefined {
  try {
    const url = new URL(text(value));
    return url.protocol === "https:" && !url.username ? url.href : undefined;
  } catch {
    return undefined;
  }
}

function directionOf(json: Json): Direction | undefined {
  const [yaw, pitch] = [number(json.yaw), number(json.pitch)];
  return yaw === undefined || pitch === undefined || Math.abs(pitch) > 90 ? undefined : { yaw, pitch };
}

function objectOf(value: unknown): Json {
  return typeof value === "object" && value !== null ? (value as Json) : {};
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function number(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}
