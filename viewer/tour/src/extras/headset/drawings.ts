/** Pins and cards as drawings: the headset shows no HTML, so they are painted on a canvas and become textures. */

const INK = "#1d2733";
const NIGHT = "rgba(22, 29, 38, 0.86)";
const SEAL = "#9b2226";
const FONT = 'system-ui, "PingFang SC", "Noto Sans CJK SC", "Microsoft YaHei", sans-serif';

export interface Drawing {
  canvas: HTMLCanvasElement;
  /** Width through height. */
  aspect: number;
}

/** A round mark with an outline (24 × 24), its name on a plate below. */
export function pin(outline: string, name: string, red = false): Drawing {
  const [width, height] = [512, 288];
  const [canvas, context] = sheet(width, height);
  context.fillStyle = red ? SEAL : NIGHT;
  context.strokeStyle = "#fff";
  context.lineWidth = 8;
  context.beginPath();
  context.arc(width / 2, 92, 80, 0, 2 * Math.PI);
  context.fill();
  context.stroke();
  context.save();
  context.translate(width / 2 - 54, 92 - 54);
  context.scale(4.5, 4.5);
  context.lineWidth = 1.8;
  context.lineCap = context.lineJoin = "round";
  context.stroke(new Path2D(outline));
  context.restore();
  context.font = `48px ${FONT}`;
  const text = fitting(context, name, width - 56);
  const wide = context.measureText(text).width + 48;
  context.fillStyle = NIGHT;
  context.beginPath();
  context.roundRect(width / 2 - wide / 2, 196, wide, 76, 12);
  context.fill();
  context.fillStyle = "#fff";
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(text, width / 2, 236);
  return { canvas, aspect: width / height };
}

/** A sheet of paper with a heading, text and a last line in grey; what is too long ends in dots. */
export function card(title: string, text: string, foot: string): Drawing {
  const [width, height, edge] = [1024, 768, 56];
  const [canvas, context] = sheet(width, height);
  context.fillStyle = "#fff";
  context.beginPath();
  context.roundRect(0, 0, width, height, 20);
  context.fill();
  context.fillStyle = SEAL;
  context.fillRect(0, 24, 10, height - 48);
  context.textBaseline = "top";
  context.fillStyle = INK;
  context.font = `600 54px ${FONT}`;
  context.fillText(fitting(context, title, width - 2 * edge), edge, edge - 8);
  context.font = `42px ${FONT}`;
  const lines = wrapped(text, width - 2 * edge, (part) => context.measureText(part).width);
  const shown = lines.slice(0, 9);
  if (lines.length > shown.length) shown[shown.length - 1] = `${shown[shown.length - 1]?.slice(0, -1)}…`;
  for (const [i, line] of shown.entries()) context.fillText(line, edge, 140 + i * 60);
  context.fillStyle = "#5a6673";
  context.font = `34px ${FONT}`;
  context.fillText(fitting(context, foot, width - 2 * edge), edge, height - 74);
  return { canvas, aspect: width / height };
}

/** Lines no wider than `width`: broken at spaces, and anywhere between characters that are written without spaces. */
export function wrapped(text: string, width: number, measure: (part: string) => number): string[] {
  const lines: string[] = [];
  for (const paragraph of text.split("\n")) {
    let line = "";
    for (const part of paragraph.match(/[\u2e80-\uffef]|\s+|[^\s\u2e80-\uffef]+/g) ?? []) {
      if (line === "" || measure(line + part.trimEnd()) <= width) line += line === "" ? part.trimStart() : part;
      else {
        lines.push(line.trimEnd());
        line = part.trimStart();
      }
    }
    lines.push(line.trimEnd());
  }
  return lines;
}

function fitting(context: CanvasRenderingContext2D, text: string, width: number): string {
  let shown = text;
  while (shown.length > 1 && context.measureText(shown).width > width)
    shown = `${shown.replace(/…$/, "").slice(0, -1)}…`;
  return shown;
}

function sheet(width: number, height: number): [HTMLCanvasElement, CanvasRenderingContext2D] {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [width, height];
  return [canvas, canvas.getContext("2d") as CanvasRenderingContext2D];
}
