/** Who is signed in, and what the person may do. The server decides; this only hides what would be refused. */
import { computed, signal } from "@preact/signals";
import { onSignedOut, setCsrf } from "./api/http.ts";
import { currentSession, type Opened, type Role, setupNeeded } from "./api/identity.ts";
import { asProblem, type Problem } from "./api/problem.ts";

export type Stage = "starting" | "setup" | "signed-out" | "signed-in" | "unreachable";

export const stage = signal<Stage>("starting");
export const opened = signal<Opened | undefined>(undefined);
export const startProblem = signal<Problem | undefined>(undefined);
/** Set when a running session ended by itself, to say so at the door. */
export const sessionEnded = signal(false);

export const principal = computed(() => opened.value?.principal);

export function has(...roles: Role[]): boolean {
  return principal.value?.roles.some((role) => roles.includes(role)) ?? false;
}

/** Whether the person reads the audit log and nothing else: no listing, no job, no event. */
export function onlyAudits(): boolean {
  return principal.value?.roles.every((role) => role === "auditor") ?? false;
}

export function ofAgency(): boolean {
  return principal.value?.tenant?.kind === "agency";
}

export function enter(session: Opened): void {
  opened.value = session;
  sessionEnded.value = false;
  stage.value = "signed-in";
}

export function leave(): void {
  opened.value = undefined;
  setCsrf("");
  stage.value = "signed-out";
}

/** Finds out where we stand when the page opens. */
export async function start(): Promise<void> {
  stage.value = "starting";
  onSignedOut(() => {
    if (stage.value !== "signed-in") return;
    sessionEnded.value = true;
    leave();
  });
  try {
    enter(await currentSession());
  } catch (error) {
    const problem = asProblem(error);
    if (problem.status !== 401) {
      startProblem.value = problem;
      stage.value = "unreachable";
      return;
    }
    stage.value = (await needsSetup()) ? "setup" : "signed-out";
  }
}

async function needsSetup(): Promise<boolean> {
  try {
    return (await setupNeeded()).needed;
  } catch {
    return false;
  }
}
