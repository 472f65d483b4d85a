// biome-ignore-all lint/a11y/useSemanticElements: SVG has no button element.
/** The plan on squared paper: rooms are drawn and moved, corners pulled, standpoints placed, by pointer or by keys. */
import { type Signal, useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { pictureOf } from "../../api/media.ts";
import type { DraftPlan, DraftScene, Place, PlanPicture } from "../../api/tours.ts";
import { t } from "../../texts.ts";
import {
  areaOf,
  movedCorner,
  movedPicture,
  movedRoom,
  rectangle,
  rounded,
  sightOf,
  snapped,
  withCorner,
  withoutCorner,
  withoutRoom,
  withPicture,
  withRoom,
} from "./drawing.ts";

/** What is chosen: a room by its number, or a standpoint by its scene. */
export type Chosen = { room: number } | { scene: string } | null;

interface Props {
  plan: DraftPlan;
  scenes: readonly DraftScene[];
  chosen: Signal<Chosen>;
  /** While set, the next drag draws a room. */
  drawing: Signal<boolean>;
  /** While set, dragging moves the picture below. */
  aligning: Signal<boolean>;
  /** While there, the next presses are the ends of a known length; none yet, one, or both. */
  gauge: Signal<Place[] | null>;
  fixed: boolean;
  change: (plan: DraftPlan, topic?: string) => void;
  place: (scene: string, at: Place | null) => void;
  newRoom: () => string;
}

type Grip =
  | { on: "paper"; from: Place }
  | { on: "picture"; from: Place }
  | { on: "room"; room: number; from: Place }
  | { on: "corner"; room: number; corner: number }
  | { on: "scene"; scene: string };

const STEPS: Record<string, Place> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

export function PlanCanvas(props: Props) {
  const { scenes, chosen, drawing, aligning, gauge, fixed, change, place } = props;
  const paper = useRef<SVGSVGElement>(null);
  const grip = useRef<Grip | null>(null);
  /** What it would be if the pointer were lifted now. */
  const live = useSignal<{ plan?: DraftPlan; scene?: [string, Place]; room?: Place[] | undefined } | null>(null);
  const plan = live.value?.plan ?? props.plan;
  const standing = (scene: DraftScene): Place | null | undefined =>
    live.value?.scene?.[0] === scene.id ? live.value.scene[1] : scene.position;
  // The paper does not slip away under the pointer: it follows what was saved.
  const [left, bottom, width, height] = sightOf(
    props.plan,
    scenes.flatMap((scene) => (scene.position ? [scene.position] : [])),
  );
  const [handle, text] = [width * 0.011, Math.max(width, height) * 0.028];

  const at = (event: PointerEvent): Place => {
    const matrix = paper.current?.getScreenCTM();
    if (!matrix) return [0, 0];
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix.inverse());
    return [point.x, -point.y];
  };
  const take = (event: PointerEvent, taken: Grip): void => {
    if (fixed || event.button !== 0) return;
    event.stopPropagation();
    grip.current = taken;
    paper.current?.setPointerCapture(event.pointerId);
  };
  const move = (event: PointerEvent): void => {
    const held = grip.current;
    if (!held) return;
    const to = at(event);
    if (held.on === "paper") live.value = { room: rectangle(snapped(held.from, plan.rooms), snapped(to, plan.rooms)) };
    else if (held.on === "picture") {
      const picture = props.plan.picture;
      const by: Place = [to[0] - held.from[0], to[1] - held.from[1]];
      live.value = picture ? { plan: withPicture(props.plan, movedPicture(picture, by)) } : null;
    } else if (held.on === "scene") live.value = { scene: [held.scene, [rounded(to[0]), rounded(to[1])]] };
    else if (held.on === "corner") live.value = { plan: movedCorner(props.plan, held.room, held.corner, to) };
    else live.value = { plan: movedRoom(props.plan, held.room, [to[0] - held.from[0], to[1] - held.from[1]]) };
  };
  const lift = (): void => {
    const result = live.value;
    [grip.current, live.value] = [null, null];
    if (!result) return;
    if (result.plan) change(result.plan);
    if (result.scene) place(...result.scene);
    if (result.room) {
      change(withRoom(props.plan, props.newRoom(), result.room));
      chosen.value = { room: props.plan.rooms.length };
      drawing.value = false;
    }
  };

  const pictureKeys = (event: KeyboardEvent): void => {
    const [dx, dy] = STEPS[event.key] ?? [0, 0];
    const step = event.shiftKey ? 1 : 0.1;
    if (!props.plan.picture || (!dx && !dy)) return;
    event.preventDefault();
    change(withPicture(props.plan, movedPicture(props.plan.picture, [dx * step, dy * step])), "picture");
  };
  const roomKeys = (event: KeyboardEvent, room: number): void => {
    const [dx, dy] = STEPS[event.key] ?? [0, 0];
    const step = event.shiftKey ? 1 : 0.1;
    if (dx || dy) change(movedRoom(props.plan, room, [dx * step, dy * step]), `room/${room}`);
    else if (event.key === "Delete") change(withoutRoom(props.plan, room));
    else if (event.key === "Enter" || event.key === " ") chosen.value = { room };
    else return;
    event.preventDefault();
  };
  const cornerKeys = (event: KeyboardEvent, room: number, corner: number): void => {
    const [dx, dy] = STEPS[event.key] ?? [0, 0];
    const step = event.shiftKey ? 1 : 0.1;
    const from = props.plan.rooms[room]?.outline[corner];
    if (from && (dx || dy)) {
      const to: Place = [from[0] + dx * step, from[1] + dy * step];
      change(movedCorner(props.plan, room, corner, to), `corner/${room}/${corner}`);
    } else if (event.key === "Delete") change(withoutCorner(props.plan, room, corner));
    else return;
    event.preventDefault();
  };
  const sceneKeys = (event: KeyboardEvent, scene: DraftScene): void => {
    const [dx, dy] = STEPS[event.key] ?? [0, 0];
    const step = event.shiftKey ? 1 : 0.1;
    if (scene.position && (dx || dy))
      place(scene.id, [rounded(scene.position[0] + dx * step), rounded(scene.position[1] + dy * step)]);
    else if (event.key === "Delete") place(scene.id, null);
    else if (event.key === "Enter" || event.key === " ") chosen.value = { scene: scene.id };
    else return;
    event.preventDefault();
  };

  return (
    <svg
      ref={paper}
      class={["plan-paper", busyWith(drawing.value || waitsForEnd(gauge.value), aligning.value)].join(" ")}
      viewBox={`${left} ${-bottom - height} ${width} ${height}`}
      role="group"
      aria-label={t("plan")}
      onPointerDown={(event) => {
        if (waitsForEnd(gauge.value)) gauge.value = [...(gauge.value ?? []), at(event)];
        else if (drawing.value) take(event, { on: "paper", from: at(event) });
        else chosen.value = null;
      }}
      onPointerMove={move}
      onPointerUp={lift}
      onPointerCancel={() => {
        [grip.current, live.value] = [null, null];
      }}
    >
      {/* The paper is as wide as the dialog, whatever the shape of what is drawn. */}
      <Grid left={left - width} bottom={bottom - height} width={3 * width} height={3 * height} />
      {plan.picture && (
        <Drawing
          picture={plan.picture}
          movable={aligning.value && !fixed}
          onKeyDown={pictureKeys}
          onPointerDown={(event) => {
            if (waitsForEnd(gauge.value)) return;
            take(event, { on: "picture", from: at(event) });
          }}
        />
      )}
      {plan.rooms.map((room, index) => {
        const here = chosen.value !== null && "room" in chosen.value && chosen.value.room === index;
        const [x, y] = nameplate(room.outline);
        return (
          <g key={index} class={here ? "plan-room chosen" : "plan-room"}>
            <polygon
              points={room.outline.map(([a, b]) => `${a},${-b}`).join(" ")}
              tabindex={fixed ? undefined : 0}
              role="button"
              aria-label={t("plan-room-label", {
                room: room.title || t("untitled"),
                area: areaOf(room.outline).toFixed(1),
              })}
              onKeyDown={(event) => roomKeys(event, index)}
              onPointerDown={(event) => {
                if (drawing.value || waitsForEnd(gauge.value)) return;
                chosen.value = { room: index };
                take(event, { on: "room", room: index, from: at(event) });
              }}
            />
            <text x={x + 0.4 * text} y={-y + 1.3 * text} font-size={text}>
              {room.title || t("untitled")}
            </text>
            <text x={x + 0.4 * text} y={-y + 2.5 * text} font-size={0.8 * text}>
              {areaOf(room.outline).toFixed(1)} m²
            </text>
          </g>
        );
      })}
      {live.value?.room && (
        <polygon class="plan-new" points={live.value.room.map(([a, b]) => `${a},${-b}`).join(" ")} />
      )}
      {scenes.map((scene) => {
        const where = standing(scene);
        const here = chosen.value !== null && "scene" in chosen.value && chosen.value.scene === scene.id;
        return (
          where && (
            <g
              key={scene.id}
              class={here ? "plan-standpoint chosen" : "plan-standpoint"}
              transform={`translate(${where[0]} ${-where[1]})`}
              tabindex={fixed ? undefined : 0}
              role="button"
              aria-label={t("plan-standpoint-label", { scene: scene.title || t("untitled") })}
              onKeyDown={(event) => sceneKeys(event, scene)}
              onPointerDown={(event) => {
                if (drawing.value || waitsForEnd(gauge.value)) return;
                chosen.value = { scene: scene.id };
                take(event, { on: "scene", scene: scene.id });
              }}
            >
              <Reach x={0} y={0} />
              <circle r={1.5 * handle} />
              {here && (
                <text y={-2.2 * handle} font-size={0.8 * text}>
                  {scene.title || t("untitled")}
                </text>
              )}
            </g>
          )
        );
      })}
      {gauge.value && <Gauge ends={gauge.value} size={handle} />}
      {!fixed && chosen.value !== null && "room" in chosen.value && (
        <Corners
          room={chosen.value.room}
          plan={plan}
          handle={handle}
          keys={cornerKeys}
          take={take}
          split={(room, corner) => change(withCorner(props.plan, room, corner))}
        />
      )}
    </svg>
  );
}

interface CornersProps {
  room: number;
  plan: DraftPlan;
  handle: number;
  keys: (event: KeyboardEvent, room: number, corner: number) => void;
  take: (event: PointerEvent, grip: Grip) => void;
  split: (room: number, corner: number) => void;
}

/** The corners of the chosen room, and between them the places where another one can be put in. */
function Corners({ room, plan, handle, keys, take, split }: CornersProps) {
  const outline = plan.rooms[room]?.outline ?? [];
  return (
    <>
      {outline.map(([x, y], corner) => {
        const [nextX, nextY] = outline[(corner + 1) % outline.length] ?? [x, y];
        return (
          <g key={corner}>
            <g
              role="button"
              tabindex={0}
              aria-label={t("plan-corner-add", { number: corner + 1 })}
              onPointerDown={(event) => {
                event.stopPropagation();
                split(room, corner);
              }}
              onKeyDown={(event) => {
                if (event.key !== "Enter" && event.key !== " ") return;
                event.preventDefault();
                split(room, corner);
              }}
            >
              <Reach x={(x + nextX) / 2} y={(y + nextY) / 2} />
              <circle class="plan-split" cx={(x + nextX) / 2} cy={-(y + nextY) / 2} r={0.8 * handle} />
            </g>
            <g
              role="button"
              tabindex={0}
              aria-label={t("plan-corner", { number: corner + 1 })}
              onKeyDown={(event) => keys(event, room, corner)}
              onPointerDown={(event) => take(event, { on: "corner", room, corner })}
            >
              <Reach x={x} y={y} />
              <rect class="plan-corner" x={x - handle} y={-y - handle} width={2 * handle} height={2 * handle} />
            </g>
          </g>
        );
      })}
    </>
  );
}

/** Whether the next press is the end of a known length. */
function waitsForEnd(ends: Place[] | null): boolean {
  return ends !== null && ends.length < 2;
}

/** What the pointer does now, as a class. */
function busyWith(drawing: boolean, aligning: boolean): string {
  return drawing ? "drawing" : aligning ? "aligning" : "";
}

interface DrawingProps {
  picture: PlanPicture;
  movable: boolean;
  onKeyDown: (event: KeyboardEvent) => void;
  onPointerDown: (event: PointerEvent) => void;
}

/** The picture below. While it is moved nothing else can be taken hold of. */
function Drawing({ picture, movable, onKeyDown, onPointerDown }: DrawingProps) {
  const [[x, y], [width, height]] = [picture.middle, picture.size];
  const hold = movable ? { tabindex: 0, role: "button" as const, "aria-label": t("plan-picture-move"), onKeyDown, onPointerDown } : {}; // biome-ignore format: one list
  return (
    <g transform={`rotate(${picture.turn} ${x} ${-y})`} class="plan-drawing" {...hold}>
      <image
        href={pictureOf(picture.asset)}
        x={x - width / 2}
        y={-y - height / 2}
        width={width}
        height={height}
        opacity={picture.shown ? 0.8 : 0.45}
      />
      <rect x={x - width / 2} y={-y - height / 2} width={width} height={height} />
    </g>
  );
}

/** The ends of a known length, and the line between them. */
function Gauge({ ends, size }: { ends: readonly Place[]; size: number }) {
  const [a, b] = ends;
  return (
    <g class="plan-gauge">
      {a && b && <line x1={a[0]} y1={-a[1]} x2={b[0]} y2={-b[1]} />}
      {ends.map(([x, y], index) => (
        <circle key={index} cx={x} cy={-y} r={0.7 * size} />
      ))}
    </g>
  );
}

/** A disc around a point, as wide as a finger on the screen however far the paper is away. */
function Reach({ x, y }: { x: number; y: number }) {
  return <circle class="plan-reach" cx={x} cy={-y} r={0.001} />;
}

/** The upper left corner: standpoints are seldom there. */
function nameplate(outline: readonly Place[]): Place {
  return outline.reduce((best, corner) => (corner[0] - corner[1] < best[0] - best[1] ? corner : best));
}

/** Lines every metre, stronger every five. */
function Grid({ left, bottom, width, height }: { left: number; bottom: number; width: number; height: number }) {
  const lines: [string, boolean][] = [];
  for (let x = Math.ceil(left); x <= left + width; x += 1)
    lines.push([`M${x} ${-bottom}V${-bottom - height}`, x % 5 === 0]);
  for (let y = Math.ceil(bottom); y <= bottom + height; y += 1)
    lines.push([`M${left} ${-y}H${left + width}`, y % 5 === 0]);
  const joined = (strong: boolean): string =>
    lines
      .filter((line) => line[1] === strong)
      .map((line) => line[0])
      .join("");
  return (
    <>
      <path class="plan-grid" d={joined(false)} />
      <path class="plan-grid strong" d={joined(true)} />
    </>
  );
}
