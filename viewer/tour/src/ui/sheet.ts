/**
 * Style sheets of parts that are loaded later. The page's policy forbids style elements; sheets made by script are allowed
 * (CSSOM, constructable style sheets). Browsers without them (Safari before 16.4) get the rules into the page's own sheet.
 */
const used = new Set<string>();

export function useSheet(text: string): void {
  if (used.has(text)) return;
  used.add(text);
  if ("adoptedStyleSheets" in document) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  } else {
    const own = [...(document as Document).styleSheets].find(({ href }) => href?.startsWith(location.origin));
    own?.insertRule(`@media all {${text}}`, own.cssRules.length);
  }
}
