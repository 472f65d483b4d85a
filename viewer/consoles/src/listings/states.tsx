/** How states of rounds and tours are shown. */
import { t, tOr } from "../texts.ts";
import { Badge } from "../ui/page.tsx";

type Tone = "plain" | "info" | "good" | "warn" | "bad";

const ROUND_TONES: Record<string, Tone> = {
  announced: "info",
  bidding: "info",
  sold: "good",
  titled: "good",
  handed_over: "good",
  failed: "warn",
  deferred: "warn",
  suspended: "warn",
  defaulted: "bad",
  withdrawn: "bad",
  set_aside: "bad",
};

export const ROUND_STATES = [
  "draft",
  "planned",
  "announced",
  "bidding",
  "sold",
  "failed",
  "deferred",
  "suspended",
  "withdrawn",
  "defaulted",
  "titled",
  "set_aside",
  "handed_over",
  "set_off",
  "returned",
  "closed",
] as const;

export function roundStateName(state: string): string {
  return tOr(`round-${state.replaceAll("_", "-")}`, state);
}

export function RoundBadge({ state }: { state: string | null | undefined }) {
  if (!state) return <Badge tone="plain">{t("round-none")}</Badge>;
  return <Badge tone={ROUND_TONES[state] ?? "plain"}>{roundStateName(state)}</Badge>;
}

const TOUR_TONES: Record<string, Tone> = {
  submitted: "info",
  approved: "good",
  published: "good",
  returned: "warn",
  withdrawn: "bad",
};

export function tourStateName(state: string): string {
  return tOr(`tour-state-${state.replaceAll("_", "-")}`, state);
}

export function TourBadge({ state }: { state: string | null | undefined }) {
  const shown = state ?? "no_tour";
  return <Badge tone={TOUR_TONES[shown] ?? "plain"}>{tourStateName(shown)}</Badge>;
}

export function kindName(kind: string): string {
  return tOr(`fact-kind-${kind.replaceAll("_", "-")}`, kind);
}

export function roundKindName(kind: string | null | undefined): string {
  return kind ? tOr(`round-kind-${kind.replaceAll("_", "-")}`, kind) : "—";
}
