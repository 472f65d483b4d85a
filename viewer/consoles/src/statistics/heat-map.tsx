/** Where people looked, drawn over the room's picture: the whole sphere, unrolled. */

import { useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { type Gaze, gaze } from "../api/statistics.ts";
import { language, t } from "../texts.ts";
import { useResource } from "../ui/resource.ts";
import { Empty, Loaded } from "../ui/states.tsx";
import { colourAt, heatOf, type Sector, shares } from "./heat.ts";
import { spoken } from "./period.ts";

const WIDTH = 288;
const STEPS = [0, 0.2, 0.4, 0.6, 0.8, 1];

export function HeatMap({ listing, scene, title }: { listing: string; scene: string; title: string }) {
  const found = useResource(`gaze/${listing}/${scene}`, (signal) => gaze(listing, scene, signal));
  return (
    <Loaded resource={found} rows={5}>
      {(map) =>
        map.seconds === 0 ? (
          <Empty title={t("statistics-no-gaze", { room: title })} />
        ) : (
          <HeatPicture map={map} title={title} />
        )
      }
    </Loaded>
  );
}

function HeatPicture({ map, title }: { map: Gaze; title: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const missing = useSignal(false);
  const heat = useMemo(() => heatOf(map.cells, WIDTH), [map]);
  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!context) return;
    const image = context.createImageData(heat.width, heat.height);
    for (const [place, value] of heat.values.entries()) image.data.set(colourAt(value / heat.most), place * 4);
    context.putImageData(image, 0, 0);
  }, [heat]);
  const times = (part: number): string => `${(part * heat.most).toFixed(heat.most < 10 ? 1 : 0)}×`;
  return (
    <figure class="heat">
      <div class="heat-picture">
        {map.picture && !missing.value && (
          <img
            src={map.picture}
            alt=""
            ref={(node) => {
              if (node) place(node, map.coverage);
            }}
            onError={() => {
              missing.value = true;
            }}
          />
        )}
        <canvas
          ref={canvas}
          width={heat.width}
          height={heat.height}
          role="img"
          aria-label={t("statistics-heat-label", { room: title })}
        />
        <div class="heat-marks" aria-hidden="true">
          <span>{t("statistics-behind")}</span>
          <span>{t("statistics-left")}</span>
          <span>{t("statistics-middle")}</span>
          <span>{t("statistics-right")}</span>
          <span>{t("statistics-behind")}</span>
        </div>
      </div>
      <figcaption>
        <div class="heat-legend">
          <span>{t("statistics-little")}</span>
          <span class="heat-ramp" aria-hidden="true">
            {STEPS.slice(1).map((part) => (
              <i key={part} ref={(node) => node?.style.setProperty("--colour", css(part - 0.1))}>
                {times(part)}
              </i>
            ))}
          </span>
          <span>{t("statistics-much")}</span>
        </div>
        <p class="faint">{t("statistics-heat-note", { time: spoken(map.seconds, language.value) })}</p>
      </figcaption>
      <details>
        <summary>{t("statistics-as-table")}</summary>
        <ShareTable map={map} />
      </details>
    </figure>
  );
}

function css(part: number): string {
  const [red, green, blue] = colourAt(part);
  return `rgb(${red} ${green} ${blue})`;
}

/** A picture that covers a part of the sphere lies where it belongs. */
function place(node: HTMLElement, coverage: Gaze["coverage"]): void {
  const [left, right] = coverage?.yaw ?? [-180, 180];
  const [below, above] = coverage?.pitch ?? [-90, 90];
  node.style.left = `${((left + 180) / 360) * 100}%`;
  node.style.width = `${((right - left) / 360) * 100}%`;
  node.style.top = `${((90 - above) / 180) * 100}%`;
  node.style.height = `${((above - below) / 180) * 100}%`;
}

const EIGHTHS = ["middle", "right-front", "right", "right-behind", "behind", "left-behind", "left", "left-front"];

function ShareTable({ map }: { map: Gaze }) {
  const found = shares(map.cells);
  const percent = (share: number | undefined): string => (share ? `${(100 * share).toFixed(1)} %` : "—");
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <section class="table-wrap" tabIndex={0} aria-label={t("statistics-shares")}>
      <table class="table">
        <thead>
          <tr>
            <th scope="col">{t("statistics-direction")}</th>
            {(["above", "level", "below"] as Sector[]).map((sector) => (
              <th key={sector} scope="col" class="end">
                {t(`statistics-${sector}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {EIGHTHS.map((name, eighth) => (
            <tr key={name} class="numbers">
              <th scope="row">{t(`statistics-${name}`)}</th>
              <td class="end">{percent(found.above[eighth])}</td>
              <td class="end">{percent(found.level[eighth])}</td>
              <td class="end">{percent(found.below[eighth])}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
