/** Prices as each language counts: Chinese in ten thousands (万元), English in whole yuan. */
import { wan, yuan } from "./format.ts";
import { language, t } from "./texts.ts";

/** The short form, for lists and hints. */
export function shortPrice(fen: number): string {
  return language.value === "zh-CN" ? t("wan-yuan", { amount: wan(fen) }) : t("yuan-amount", { yuan: yuan(fen) });
}

/** The whole amount, in Chinese with the short form behind it where that helps to read it. */
export function fullPrice(fen: number | null | undefined): string {
  if (fen === null || fen === undefined) return "—";
  return language.value === "zh-CN" && fen >= 1_000_000
    ? t("yuan-and-wan", { yuan: yuan(fen), wan: wan(fen) })
    : t("yuan-amount", { yuan: yuan(fen) });
}
