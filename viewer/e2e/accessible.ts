/** What axe finds on a page: rules of WCAG 2.2 A and AA and its best practices (https://github.com/dequelabs/axe-core). */
import axe from "axe-core";
import type { Page } from "playwright-core";

interface Finding {
  id: string;
  help: string;
  nodes: { html: string; failureSummary?: string }[];
}

/** One line a violation, with the elements; none when all is well. */
export async function violations(page: Page): Promise<string[]> {
  const found = await page.evaluate<Finding[]>(
    `${axe.source}; axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] })
      .then(({ violations }) => violations)`,
  );
  return found.map(({ id, help, nodes }) => {
    const elements = nodes.slice(0, 3).map((node) => `${node.html.slice(0, 200)} — ${node.failureSummary ?? ""}`);
    return `${page.url()}: ${id}: ${help}\n${elements.join("\n")}`;
  });
}
