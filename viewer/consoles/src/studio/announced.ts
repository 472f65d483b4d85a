/** What the listing's facts say of defects: the sentences that the announcement holds. */
import type { Facts } from "../api/listings.ts";

interface Stated {
  place?: unknown;
  text?: unknown;
}

export function announcedDefects(facts: Facts | undefined): string[] {
  const list: unknown = facts?.defects;
  if (!Array.isArray(list)) return [];
  return list.flatMap((one: Stated | null) => {
    if (typeof one?.text !== "string" || one.text === "") return [];
    return [typeof one.place === "string" && one.place ? `${one.place}：${one.text}` : one.text];
  });
}
