/** Takes something away after asking, says so, and shows what is left. */
import { confirmed } from "./dialog.tsx";
import { toast, toastProblem } from "./toasts.tsx";

interface Removal {
  title: string;
  text: string;
  remove: () => Promise<unknown>;
  /** Said afterwards. */
  done: string;
  changed: () => void;
}

export async function removeAfterAsking({ title, text, remove, done, changed }: Removal): Promise<void> {
  if ((await confirmed({ title, text, action: title, danger: true })) === null) return;
  try {
    await remove();
    toast(done);
    changed();
  } catch (error) {
    toastProblem(error);
  }
}
