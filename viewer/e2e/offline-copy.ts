/** The offline copy of a tour as whoever gets it opens it, and what the program says of the published one. */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { expect } from "vitest";
import { BINARY, type Server } from "./server.ts";

/** Fetches the copy of a listing's tour with the session of `page` and unpacks it in `folder`; the address of its page. */
export async function offlineCopy(page: Page, server: Server, listing: string, folder: string): Promise<string> {
  const answer = await page.request.get(`${server.url}/api/v1/listings/${listing}/tour/export/offline`);
  expect(answer.status()).toBe(200);
  const zip = join(folder, "copy.zip");
  writeFileSync(zip, await answer.body());
  execFileSync("python3", ["-m", "zipfile", "-e", zip, join(folder, "copy")]);
  return `file://${folder}/copy/index.html`;
}

/** What `verify-manifest` says of a published version and all its files. */
export const verified = (server: Server, version: string): string =>
  execFileSync(BINARY, ["verify-manifest", `${server.url}/t/${version}/manifest.json`, "--tiles"]).toString();
