/** Scenes out of panoramas that are ready: names, order, and what their files tell. Pure. */
import type { Language } from "@kanfang/shared/messages.ts";
import type { DraftScene, Finished } from "../api/tours.ts";
import { newId } from "./model.ts";
import { guessRoom, rankOf } from "./room-names.ts";

/** A first title: the room that the photographer named, else what the file's name tells, else the name itself. */
export function titleOf({ room, file_name }: Pick<Finished, "room" | "file_name">, language: Language): string {
  return room ?? guessRoom(file_name, language)?.title ?? nameItself(file_name);
}

/** `屋顶平台.jpg` → `屋顶平台`; of a camera's number its folder says more: `东侧/IMG_0012.jpg` → `东侧`. */
function nameItself(filename: string): string {
  const parts = filename.split("/");
  const bare = (parts.pop() ?? filename).replace(/\.[^.]*$/, "");
  const folder = parts.pop();
  const isCamera = /^(img|dsc|pic|r00|pano|gs|vid|insta)?[-_]?\d{3,}/i.test(bare);
  return (isCamera && folder ? folder : bare).slice(0, 60);
}

/** A title that no other scene has: `客厅`, then `客厅 2`, `客厅 3`. */
export function numbered(title: string, taken: readonly string[]): string {
  if (!taken.includes(title)) return title;
  let number = 2;
  while (taken.includes(`${title} ${number}`)) number += 1;
  return `${title} ${number}`;
}

/** From the door in, as a visitor walks; names that begin with a number each are in the agency's own order already. */
export function inOrder(found: readonly Finished[]): Finished[] {
  if (found.every(({ file_name }) => /^\d/.test(file_name.split("/").pop() ?? ""))) return [...found];
  return found
    .map((one) => ({ one, rank: rankOf(one.room ?? one.file_name) }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ one }) => one);
}

/** A scene for each panorama, in their order; `taken` are the titles of the tour. */
export function scenesFor(found: readonly Finished[], taken: readonly string[], language: Language): DraftScene[] {
  const titles = [...taken];
  return found.map((one) => {
    const title = numbered(titleOf(one, language), titles);
    titles.push(title);
    return {
      id: newId(),
      title,
      panorama: one.id,
      captured_at: one.captured_on,
      north_yaw: one.north_yaw,
      initial_view: { yaw: 0, pitch: 0, hfov: 90 },
      links: [],
    };
  });
}
