/** Money, time and sizes as people read them, and back. Times are shown in Asia/Shanghai, whatever the computer says. */
import type { Language } from "@kanfang/shared/messages.ts";

const ZONE = "Asia/Shanghai";
/** China has kept one offset since 1991; dates before that do not occur in rounds. */
const OFFSET_MS = 8 * 3600 * 1000;

/** Names of files as people count them: 2 before 10. */
export const byName = new Intl.Collator("zh-CN", { numeric: true }).compare;

/** A number with a true minus sign; any other text as it is. */
export const minus = (text: string): string => text.replace(/^-(?=[\d.]+$)/, "−");

/** Fen as 元 with separators; a whole amount has no decimals. */
export function yuan(fen: number | null | undefined): string {
  if (fen === null || fen === undefined) return "—";
  const whole = Math.trunc(Math.abs(fen) / 100);
  const rest = Math.abs(fen) % 100;
  const digits = String(whole).replace(/\B(?=(\d{3})+$)/g, ",");
  return `${fen < 0 ? "−" : ""}${digits}${rest ? `.${String(rest).padStart(2, "0")}` : ""}`;
}

/** Fen as 万元 with two decimals. */
export function wan(fen: number): string {
  return (Math.round(fen / 10_000) / 100).toFixed(2);
}

/** "7,560,000.5", "756万" or "756 万元" as fen; null when empty; undefined when it is no amount. */
export function parseYuan(text: string): number | null | undefined {
  const plain = text
    .replace(/[０-９．，]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0))
    .replace(/[,\s¥￥]/g, "");
  if (plain === "") return null;
  const read = /^(\d{1,13})(?:\.(\d{1,6}))?(万)?元?$/.exec(plain);
  if (!read) return undefined;
  const shift = read[3] ? 6 : 2;
  const decimals = (read[2] ?? "").padEnd(shift, "0");
  if (/[1-9]/.test(decimals.slice(shift))) return undefined;
  const fen = Number((read[1] ?? "") + decimals.slice(0, shift));
  return Number.isSafeInteger(fen) ? fen : undefined;
}

/** An instant as `2020年3月30日 10:00`. */
export function moment(instant: string | number | null | undefined, language: Language): string {
  return show(instant, language, true);
}

/** An instant as `2020年3月30日`. */
export function day(instant: string | number | null | undefined, language: Language): string {
  return show(instant, language, false);
}

function show(instant: string | number | null | undefined, language: Language, withTime: boolean): string {
  if (instant === null || instant === undefined || instant === "") return "—";
  const date = new Date(instant);
  if (Number.isNaN(date.getTime())) return String(instant);
  const part: Record<string, string> = {};
  const format = new Intl.DateTimeFormat("en-GB", {
    timeZone: ZONE,
    year: "numeric",
    month: language === "en" ? "short" : "numeric",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  });
  for (const { type, value } of format.formatToParts(date)) part[type] = value;
  const time = withTime ? ` ${part.hour}:${part.minute}` : "";
  return language === "en"
    ? `${part.day} ${part.month} ${part.year}${time}`
    : `${part.year}年${Number(part.month)}月${Number(part.day)}日${time}`;
}

/** For `<input type="datetime-local">`: the clock in Shanghai. */
export function toLocalInput(instant: string | null | undefined): string {
  if (!instant) return "";
  const date = new Date(instant);
  return Number.isNaN(date.getTime()) ? "" : new Date(date.getTime() + OFFSET_MS).toISOString().slice(0, 16);
}

/** The instant that such an input means, as RFC 3339 in UTC; null when empty. */
export function fromLocalInput(text: string): string | null {
  if (!text) return null;
  const date = new Date(`${text.length === 10 ? `${text}T00:00` : text}Z`);
  return Number.isNaN(date.getTime()) ? null : new Date(date.getTime() - OFFSET_MS).toISOString();
}

/** Bytes with a binary unit, as disks and quotas count here. */
export function bytes(count: number): string {
  if (count < 1024) return `${count} B`;
  const units = ["KB", "MB", "GB", "TB"];
  let value = count;
  let unit = -1;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${value >= 100 ? value.toFixed(0) : value.toFixed(1)} ${units[unit]}`;
}

/** Seconds as `1:05:09`, `5:09`; for times that are left. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (n: number): string => String(n).padStart(2, "0");
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}
