/** Privacy masks of one picture, panorama or photo, in the full window: draw, decide, save, and see what the public will see. */
import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { masks as loadMasks, type Masks } from "../api/masks.ts";
import { t } from "../texts.ts";
import { confirmed } from "../ui/dialog.tsx";
import { Icon } from "../ui/icons.tsx";
import { useResource } from "../ui/resource.ts";
import { Loaded } from "../ui/states.tsx";
import { MasksEditor } from "./masks-editor.tsx";

interface Props {
  asset: string;
  /** Only looked at, as in a review. */
  readOnly?: boolean;
  /** The mask to look at first. */
  first?: string | null;
  /** Whether it opens as the public will see it. */
  asPublic?: boolean;
  onClose: () => void;
  changed?: () => void;
}

type Asked = Pick<Props, "asset" | "readOnly">;
const asked = signal<Asked | undefined>(undefined);

/** Opens the dialog over the whole page, from within forms whose looks are not its own. */
export function openMasks(ask: Asked): void {
  asked.value = ask;
}

/** Where dialogs that were asked for appear; once in the page. */
export function AskedMasks() {
  if (!asked.value) return null;
  return (
    <MasksDialog
      {...asked.value}
      onClose={() => {
        asked.value = undefined;
      }}
    />
  );
}

export function MasksDialog({ asset, readOnly = false, first = null, asPublic = false, onClose, changed }: Props) {
  const host = useRef<HTMLDialogElement>(null);
  const resource = useResource<Masks>(`masks/${asset}`, () => loadMasks(asset));
  const dirty = useRef(false);
  useEffect(() => {
    const before = document.activeElement;
    host.current?.showModal();
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  const leave = async (): Promise<void> => {
    const ask = { title: t("mask-leave"), text: t("mask-leave-text"), action: t("mask-leave"), danger: true };
    if (!dirty.current || (await confirmed(ask)) !== null) onClose();
  };
  const name = resource.data.value?.file_name ?? "";
  return (
    <dialog
      ref={host}
      class="dialog full"
      aria-label={t("mask-title", { name })}
      onCancel={(event) => {
        event.preventDefault();
        void leave();
      }}
    >
      <header class="dialog-head">
        <h2>{t("mask-title", { name })}</h2>
        <button type="button" class="icon-button" aria-label={t("close")} onClick={() => void leave()}>
          <Icon name="close" />
        </button>
      </header>
      <Loaded resource={resource} rows={8}>
        {(value) => (
          <MasksEditor
            key={asset}
            value={value}
            take={(next) => {
              resource.data.value = next;
              changed?.();
            }}
            reload={resource.reload}
            readOnly={readOnly || !value.may_draw}
            first={first}
            publicFirst={asPublic}
            told={(is) => {
              dirty.current = is;
            }}
          />
        )}
      </Loaded>
    </dialog>
  );
}
