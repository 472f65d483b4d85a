/** What a phone or a recorder sends, made by the `ffmpeg` command. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** A file of this name, made of the filters' sources `what`. */
export function recorded(folder: string, name: string, what: string): Buffer {
  const path = join(folder, name);
  execFileSync("ffmpeg", ["-v", "error", "-f", "lavfi", ...what.split(" "), "-y", path]);
  return readFileSync(path);
}
