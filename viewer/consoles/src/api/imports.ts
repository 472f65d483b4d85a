/** Projects of other viewers that were imported into a listing. */
import { ask, get, type Page } from "./http.ts";

export interface ImportedScene {
  title: string;
  asset: string | null;
  state: "ready" | "waiting" | "missing";
  links: number;
  hotspots: number;
}

export interface Imported {
  /** The zip. */
  asset: string;
  file_name: string;
  tool: "marzipano" | "pannellum" | "psv";
  title: string;
  scenes: ImportedScene[];
  /** What could not be carried over, in the language of the request. */
  findings: { slug: string; args: Record<string, string>; text: string }[];
  made_at: string;
  taken_at: string | null;
}

export type Mode = "append" | "replace";

export const imports = async (listing: string): Promise<Imported[]> =>
  (await get<Page<Imported>>(`listings/${listing}/imports`)).items;

/** Puts the scenes into the draft that has this ETag. */
export const takeImport = async (listing: string, asset: string, mode: Mode, etag: string | null): Promise<number> =>
  (
    await ask<{ added: number }>("POST", `listings/${listing}/tour/import`, {
      body: { asset, mode },
      ifMatch: etag ?? '"0"',
    })
  ).value.added;
