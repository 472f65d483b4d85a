/** State of a form that is being sent: busy, and what the server said. */
import { useSignal } from "@preact/signals";
import { asProblem, type Problem } from "../api/problem.ts";

export interface Sending {
  busy: boolean;
  problem: Problem | undefined;
  /** The problem's text if it is about this field. */
  errorOf: (field: string) => string | undefined;
  /** The problem unless it is shown beside one of these fields. */
  general: (...fields: string[]) => Problem | undefined;
  /** Runs the work; true when it went well. */
  run: (work: () => Promise<void>) => Promise<boolean>;
  clear: () => void;
}

export function useSending(): Sending {
  const busy = useSignal(false);
  const problem = useSignal<Problem | undefined>(undefined);
  return {
    busy: busy.value,
    problem: problem.value,
    errorOf: (field) => (problem.value?.field === field ? problem.value.message : undefined),
    general: (...fields) =>
      problem.value?.field !== undefined && fields.includes(problem.value.field) ? undefined : problem.value,
    clear: () => {
      problem.value = undefined;
    },
    run: async (work) => {
      if (busy.value) return false;
      busy.value = true;
      problem.value = undefined;
      try {
        await work();
        return true;
      } catch (error) {
        problem.value = asProblem(error);
        return false;
      } finally {
        busy.value = false;
      }
    },
  };
}
