/** A button that asks for a file. */
import { useRef } from "preact/hooks";
import { Icon } from "./icons.tsx";

interface Props {
  label: string;
  accept: string;
  kind?: "small" | "primary";
  /** With the arrow of sending. */
  icon?: boolean;
  disabled?: boolean;
  /** By which tests find the input. */
  testId?: string;
  take: (file: File) => unknown;
}

export function FileButton({ label, accept, kind, icon = false, disabled = false, testId, take }: Props) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button
        type="button"
        class={kind ? `button ${kind}` : "button"}
        disabled={disabled}
        onClick={() => input.current?.click()}
      >
        {icon && <Icon name="upload" />}
        {label}
      </button>
      <input
        ref={input}
        type="file"
        accept={accept}
        hidden
        aria-label={label}
        data-testid={testId}
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          // The same file may be chosen again, after it was put right.
          event.currentTarget.value = "";
          if (file) void take(file);
        }}
      />
    </>
  );
}
