/** Periods in days of Shanghai, and times as people say them. */
import type { Language } from "@kanfang/shared/messages.ts";
import type { Period } from "../api/statistics.ts";

const DAY = 86_400_000;
/** China has kept one offset since 1991. */
const OFFSET = 8 * 3_600_000;

/** The last `days` days, today included. */
export function periodOf(days: number, now = Date.now()): Period {
  const day = (at: number): string => new Date(at + OFFSET).toISOString().slice(0, 10);
  return { from: day(now - (days - 1) * DAY), to: day(now) };
}

/** Seconds as `1 h 2 min`; the two greatest units. */
export function spoken(seconds: number, language: Language): string {
  const units = language === "en" ? ["h", "min", "s"] : ["小时", "分", "秒"];
  const whole = Math.round(seconds);
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const first = parts.findIndex((part) => part > 0);
  if (first < 0) return `0 ${units[2]}`;
  const shown = parts.map((part, place) => (part > 0 && place <= first + 1 ? `${part} ${units[place]}` : ""));
  return shown.filter((text) => text !== "").join(" ");
}

/** Figures with separators: 12,345. */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}
