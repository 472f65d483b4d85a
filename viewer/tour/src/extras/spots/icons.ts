/** Outlines of the pins on a field of 24 × 24. */
import type { Kind } from "./read.ts";

export const PINS: Readonly<Record<Kind, string>> = {
  defect: "M12 4.500 21 19.500H3zM12 10v4.500M12 16.900v.1",
  measure: "M4 12h16M4 8v8M20 8v8M8 10.500v3M12 9.500v5M16 10.500v3",
  portal: "M3.500 7h11v10h-11zM14.500 10.500l6-3v9l-6-3",
  information: "M12 10.500v7M12 6.600v.1",
  document: "M7 3.500h7l4 4v13H7zM14 3.500v4h4M10 12h5M10 15.500h5",
};
