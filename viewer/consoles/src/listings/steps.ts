/** Which steps of a round's life the consoles offer, to whom, and what each asks for. The server decides. */
import type { Role } from "../api/identity.ts";

export interface Offer {
  from: string;
  to: string;
  roles: readonly Role[];
  /** Whether a document must be named. */
  document: boolean;
  /** Steps that stop or undo something are shown as such. */
  grave: boolean;
}

const DRAFTERS: Role[] = ["clerk", "court_admin"];
const PUBLISHERS: Role[] = ["publisher"];
const STOPPERS: Role[] = ["publisher", "court_admin"];
const RESULT: Role[] = ["clerk", "publisher"];

const step = (from: string, to: string, roles: Role[], document: boolean, grave = false): Offer => ({
  from,
  to,
  roles,
  document,
  grave,
});

export const OFFERS: readonly Offer[] = [
  step("draft", "planned", DRAFTERS, false),
  step("planned", "announced", PUBLISHERS, true),
  step("announced", "bidding", RESULT, false),
  step("bidding", "sold", RESULT, false),
  step("bidding", "failed", RESULT, false),
  step("announced", "deferred", STOPPERS, true, true),
  step("announced", "suspended", STOPPERS, true, true),
  step("bidding", "deferred", STOPPERS, true, true),
  step("bidding", "suspended", STOPPERS, true, true),
  step("deferred", "suspended", STOPPERS, true, true),
  step("deferred", "announced", PUBLISHERS, true),
  step("suspended", "announced", PUBLISHERS, true),
  step("deferred", "bidding", PUBLISHERS, true),
  step("suspended", "bidding", PUBLISHERS, true),
  step("planned", "withdrawn", STOPPERS, true, true),
  step("announced", "withdrawn", STOPPERS, true, true),
  step("deferred", "withdrawn", STOPPERS, true, true),
  step("suspended", "withdrawn", STOPPERS, true, true),
  step("sold", "titled", RESULT, true),
  step("sold", "defaulted", RESULT, true, true),
  step("sold", "set_aside", PUBLISHERS, true, true),
  step("titled", "handed_over", RESULT, true),
  step("titled", "set_aside", PUBLISHERS, true, true),
  step("handed_over", "closed", RESULT, false),
  step("failed", "set_off", RESULT, true),
  step("failed", "returned", RESULT, true),
];

/** The steps that somebody with these roles may try from here. */
export function offersFrom(state: string, roles: readonly Role[]): Offer[] {
  return OFFERS.filter((offer) => offer.from === state && offer.roles.some((role) => roles.includes(role)));
}

/** States in which the terms of a round can be edited; while interrupted only its dates. */
export function termsEditable(state: string): "all" | "dates" | "none" {
  if (state === "draft" || state === "planned") return "all";
  return state === "deferred" || state === "suspended" ? "dates" : "none";
}

/** Whether facts can only change by a correction: from the opening of bidding on. */
export function factsFrozen(state: string | undefined, opensAt: string | null | undefined, now = Date.now()): boolean {
  if (state === "announced" || state === "deferred" || state === "suspended")
    return opensAt !== null && opensAt !== undefined && Date.parse(opensAt) <= now;
  return state !== undefined && !["draft", "planned", "failed", "defaulted", "set_aside"].includes(state);
}

/** What kind a further round would be; null while the latest one is not over. The newest round comes first. */
export function nextRound(rounds: readonly { kind: string; state: string }[]): "first" | "second" | "sell_off" | null {
  const [last] = rounds;
  if (!last) return "first";
  if (!["failed", "defaulted", "set_aside"].includes(last.state)) return null;
  if (last.state !== "failed") return last.kind as "first" | "second" | "sell_off";
  return last.kind === "first" ? "second" : "sell_off";
}
