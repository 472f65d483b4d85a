/** What can be done to the masks of a panorama. Pure: a drawing and an edit give a new drawing. */
import type { Corner, Mask, MaskKind } from "../api/masks.ts";

export const MOST_CORNERS = 64;

export interface Drawing {
  masks: Mask[];
  /** Corners of the shape that is being drawn. */
  outline: Corner[];
}

export type Edit =
  | { do: "corner"; at: Corner }
  | { do: "back" }
  | { do: "drop-outline" }
  | { do: "close"; id: string; kind: MaskKind }
  | { do: "add"; id: string; kind: MaskKind; corners: Corner[] }
  | { do: "move"; id: string; index: number; at: Corner }
  | { do: "remove-corner"; id: string; index: number }
  | { do: "kind"; id: string; kind: MaskKind }
  | { do: "note"; id: string; note: string }
  | { do: "state"; id: string; state: Mask["state"] }
  | { do: "remove"; id: string };

function onMask(drawing: Drawing, id: string, change: (mask: Mask) => Mask): Drawing {
  return { ...drawing, masks: drawing.masks.map((mask) => (mask.id === id ? change(mask) : mask)) };
}

function drawn(id: string, kind: MaskKind, corners: Corner[]): Mask {
  return { id, kind, corners, note: "", origin: "hand", state: "confirmed" };
}

export function edited(drawing: Drawing, edit: Edit): Drawing {
  const { masks, outline } = drawing;
  switch (edit.do) {
    case "corner":
      return outline.length >= MOST_CORNERS ? drawing : { masks, outline: [...outline, edit.at] };
    case "back":
      return outline.length === 0 ? drawing : { masks, outline: outline.slice(0, -1) };
    case "drop-outline":
      return outline.length === 0 ? drawing : { masks, outline: [] };
    case "close":
      if (outline.length < 3) return drawing;
      return { masks: [...masks, drawn(edit.id, edit.kind, outline)], outline: [] };
    case "add":
      return { masks: [...masks, drawn(edit.id, edit.kind, edit.corners)], outline };
    case "move":
      return onMask(drawing, edit.id, (mask) => ({
        ...mask,
        corners: mask.corners.map((corner, index) => (index === edit.index ? edit.at : corner)),
      }));
    case "remove-corner":
      return onMask(drawing, edit.id, (mask) =>
        mask.corners.length <= 3 ? mask : { ...mask, corners: mask.corners.filter((_, index) => index !== edit.index) },
      );
    case "kind":
      return onMask(drawing, edit.id, (mask) => ({ ...mask, kind: edit.kind }));
    case "note":
      return onMask(drawing, edit.id, (mask) => ({ ...mask, note: edit.note }));
    case "state":
      return onMask(drawing, edit.id, (mask) => ({ ...mask, state: edit.state }));
    case "remove":
      return { masks: masks.filter((mask) => mask.id !== edit.id), outline };
  }
}

/** Whether saving would change anything. */
export function differs(masks: Mask[], saved: Mask[]): boolean {
  const told = (list: Mask[]): string =>
    JSON.stringify(list.map(({ id, corners, kind, note, state }) => [id, corners, kind, note, state]));
  return told(masks) !== told(saved);
}
