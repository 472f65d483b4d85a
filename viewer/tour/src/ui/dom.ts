/** The few lines that stand in for a framework: make an element, draw an icon. */

type Child = Node | string | undefined;

export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, string | boolean | undefined> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes))
    if (value !== undefined && value !== false) node.setAttribute(name, value === true ? "" : value);
  node.append(...children.filter((child) => child !== undefined));
  return node;
}

/** A button whose label is read out and shown on hover. */
export function button(label: string, className: string, act: () => void, ...children: Child[]): HTMLButtonElement {
  const node = element("button", { type: "button", class: className, "aria-label": label, title: label }, ...children);
  node.addEventListener("click", act);
  return node;
}

/** An outline on a 24 × 24 field as an element. */
export function drawn(outline: string): SVGSVGElement {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", "kf-icon");
  const path = document.createElementNS(space, "path");
  path.setAttribute("d", outline);
  svg.append(path);
  return svg;
}
