/** Back and forth through what was done, as two small buttons. */
import { t } from "../texts.ts";
import { Icon } from "./icons.tsx";

interface Props {
  /** There is something to take back; to do again. */
  past: boolean;
  future: boolean;
  undo: () => void;
  redo: () => void;
  /** What is said of each under the pointer, where it is not its name: the keys. */
  keys?: readonly [undo: string, redo: string];
}

export function UndoButtons({ past, future, undo, redo, keys }: Props) {
  return (
    <>
      <button
        type="button"
        class="icon-button"
        aria-label={t("undo")}
        title={keys?.[0] ?? t("undo")}
        disabled={!past}
        onClick={undo}
      >
        <Icon name="undo" />
      </button>
      <button
        type="button"
        class="icon-button"
        aria-label={t("redo")}
        title={keys?.[1] ?? t("redo")}
        disabled={!future}
        onClick={redo}
      >
        <Icon name="redo" />
      </button>
    </>
  );
}
