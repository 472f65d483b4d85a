/** The inspector's part for hotspots: add one, list them, fill in the chosen one. */
import type { TourHandle } from "@kanfang/tour";
import { useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { HotspotKind } from "../api/tours.ts";
import { t } from "../texts.ts";
import { Icon } from "../ui/icons.tsx";
import { HotspotForm } from "./hotspot-form.tsx";
import { HOTSPOT_KINDS, lacksOf, lacksPicture, nameOf } from "./hotspots.ts";
import type { StudioModel } from "./model.ts";
import { HOTSPOT_ICONS } from "./spot-layer.tsx";
import type { Hotspots } from "./use-hotspots.ts";

interface Props {
  model: StudioModel;
  spots: Hotspots;
  handle: RefObject<TourHandle | null>;
  /** What the announcement says of defects. */
  sentences: readonly string[];
  readOnly: boolean;
}

export function HotspotsTool({ model, spots, handle, sentences, readOnly }: Props) {
  const kind = useSignal<HotspotKind>("defect");
  const form = useRef<HTMLLIElement>(null);
  const { chosen } = spots;
  useEffect(() => form.current?.scrollIntoView({ block: "nearest" }), [chosen?.id]);
  return (
    <div class="tool">
      <h3>{t("spots")}</h3>
      {!readOnly && (
        <div class="row nowrap-row">
          <select
            aria-label={t("spot-kind")}
            value={kind.value}
            onChange={(event) => {
              kind.value = event.currentTarget.value as HotspotKind;
            }}
          >
            {HOTSPOT_KINDS.map((one) => (
              <option key={one} value={one}>
                {t(`spot-${one}`)}
              </option>
            ))}
          </select>
          <button type="button" class="button small primary" onClick={() => spots.start(kind.value)}>
            {t("spot-place")}
          </button>
        </div>
      )}
      {spots.all.length === 0 && <p class="hint">{t("spots-none")}</p>}
      <ul class="link-list">
        {spots.all.map((one) => (
          <li key={one.id} class={one.id === chosen?.id ? "chosen" : ""} ref={one.id === chosen?.id ? form : null}>
            <button
              type="button"
              class="link grow spot-line"
              aria-expanded={one.id === chosen?.id}
              onClick={() => {
                spots.choose(one.id === chosen?.id ? null : one.id);
                handle.current?.look({ yaw: one.yaw, pitch: one.pitch });
              }}
            >
              <Icon name={HOTSPOT_ICONS[one.kind]} />
              <span class="spot-line-name">{nameOf(one) || t(`spot-${one.kind}`)}</span>
            </button>
            {!readOnly && (
              <button
                type="button"
                class="icon-button"
                aria-label={t("spot-remove", { name: nameOf(one) || t(`spot-${one.kind}`) })}
                onClick={() => spots.remove(one.id)}
              >
                <Icon name="trash" />
              </button>
            )}
            {lacksPicture(one) && one.id !== chosen?.id && <p class="spot-flag">{t("spot-no-picture")}</p>}
            {one.id === chosen?.id && (
              <HotspotForm
                key={one.id}
                value={one}
                lacks={lacksOf(one)}
                model={model}
                listing={model.listing}
                sentences={sentences}
                readOnly={readOnly}
                onChange={spots.change}
              />
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}
