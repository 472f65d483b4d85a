/** The picture below the plan: chosen, laid right (by hand, by its width, by a known length), shown to bidders or not, taken away. */
import { type Signal, useSignal } from "@preact/signals";
import { pictureOf } from "../../api/media.ts";
import type { DraftPlan, Place, PlanPicture } from "../../api/tours.ts";
import { openMasks } from "../../masks/masks-dialog.tsx";
import { t } from "../../texts.ts";
import { CheckField, Frame } from "../../ui/fields.tsx";
import { Icon } from "../../ui/icons.tsx";
import { laidBelow, scaled, widened, withPicture } from "./drawing.ts";
import { PlanPicturePicker } from "./plan-picture-picker.tsx";

interface Props {
  listing: string;
  plan: DraftPlan;
  /** Where the cameras stood. */
  places: readonly Place[];
  fixed: boolean;
  change: (plan: DraftPlan, topic?: string) => void;
  aligning: Signal<boolean>;
  gauge: Signal<Place[] | null>;
  /** The pointer is for the picture from now on. */
  begin: () => void;
}

export function PicturePanel(props: Props) {
  const { listing, plan, places, fixed, change } = props;
  const choosing = useSignal(false);
  const { picture } = plan;
  if (fixed && !picture) return null;
  return (
    <section data-testid="plan-picture">
      <h3>{t("plan-picture")}</h3>
      {!picture && <p class="hint">{t("plan-picture-none")}</p>}
      {picture && <Laid key={picture.asset} {...props} picture={picture} />}
      {!fixed && (
        <div class="row">
          <button
            type="button"
            class="button small"
            onClick={() => {
              choosing.value = true;
            }}
          >
            <Icon name="photo" />
            {t(picture ? "plan-picture-other" : "plan-picture-choose")}
          </button>
          {picture && (
            <button
              type="button"
              class="button small quiet-danger"
              onClick={() => {
                [props.aligning.value, props.gauge.value] = [false, null];
                change(withPicture(plan, null));
              }}
            >
              {t("plan-picture-remove")}
            </button>
          )}
        </div>
      )}
      {choosing.value && (
        <PlanPicturePicker
          listing={listing}
          onClose={() => {
            choosing.value = false;
          }}
          choose={(asset, shape) => {
            choosing.value = false;
            props.begin();
            [props.aligning.value, props.gauge.value] = [true, null];
            change(withPicture(plan, laidBelow(plan, places, asset, shape)));
          }}
        />
      )}
    </section>
  );
}

function Laid({ plan, picture, fixed, change, aligning, gauge, begin }: Props & { picture: PlanPicture }) {
  const missing = useSignal(false);
  const put = (next: PlanPicture, topic: string): void => change(withPicture(plan, next), topic);
  const turn = (degrees: number): void => {
    if (Number.isFinite(degrees)) put({ ...picture, turn: Math.max(-180, Math.min(180, degrees)) }, "turn");
  };
  const ends = gauge.value;
  return (
    <div class="stack tight">
      {/* The picture on the paper tells nothing when it does not come. */}
      <img
        hidden
        src={pictureOf(picture.asset)}
        alt=""
        onError={() => {
          missing.value = true;
        }}
      />
      {missing.value && <p class="notice warn">{t("plan-picture-missing")}</p>}
      <CheckField
        label={t("plan-picture-shown")}
        hint={t("plan-picture-shown-hint")}
        checked={picture.shown}
        disabled={fixed}
        onChange={(shown) => put({ ...picture, shown }, "shown")}
      />
      <div>
        <button type="button" class="button small" onClick={() => openMasks({ asset: picture.asset, readOnly: fixed })}>
          <Icon name="eye" />
          {t("mask-open")}
        </button>
      </div>
      {!fixed && (
        <>
          <div class="row tight">
            <button
              type="button"
              class={aligning.value ? "button small primary" : "button small"}
              aria-pressed={aligning.value}
              onClick={() => {
                begin();
                gauge.value = null;
                aligning.value = !aligning.value;
              }}
            >
              {t("plan-picture-move")}
            </button>
            <button
              type="button"
              class={ends ? "button small primary" : "button small"}
              aria-pressed={ends !== null}
              onClick={() => {
                begin();
                aligning.value = false;
                gauge.value = ends ? null : [];
              }}
            >
              <Icon name="ruler" />
              {t("plan-gauge")}
            </button>
          </div>
          {ends?.length === 2 && (
            <Known
              set={(metres) => {
                gauge.value = null;
                put(scaled(picture, ends[0] as Place, ends[1] as Place, metres), "scale");
              }}
            />
          )}
          <Frame label={t("plan-picture-width")}>
            {(id) => (
              <span class="with-suffix">
                <input
                  id={id}
                  type="number"
                  min={0.5}
                  max={2000}
                  step={0.01}
                  value={picture.size[0]}
                  onInput={(event) => {
                    const width = event.currentTarget.valueAsNumber;
                    if (width >= 0.5 && width <= 2000) put(widened(picture, width), "width");
                  }}
                />
                <span class="suffix">m</span>
              </span>
            )}
          </Frame>
          <Frame label={t("plan-picture-turn")}>
            {(id) => (
              <div class="row tight">
                <input
                  type="range"
                  class="grow"
                  aria-label={t("plan-picture-turn")}
                  min={-180}
                  max={180}
                  step={1}
                  value={picture.turn}
                  onInput={(event) => turn(event.currentTarget.valueAsNumber)}
                />
                <span class="with-suffix plan-degrees">
                  <input
                    id={id}
                    type="number"
                    min={-180}
                    max={180}
                    step={0.1}
                    value={picture.turn}
                    onInput={(event) => turn(event.currentTarget.valueAsNumber)}
                  />
                  <span class="suffix">°</span>
                </span>
              </div>
            )}
          </Frame>
        </>
      )}
    </div>
  );
}

/** How long what was shown is. */
function Known({ set }: { set: (metres: number) => void }) {
  const metres = useSignal("");
  const value = Number(metres.value);
  const right = value >= 0.1 && value <= 500;
  return (
    <form
      class="row tight"
      onSubmit={(event) => {
        event.preventDefault();
        if (right) set(value);
      }}
    >
      <label class="row tight grow">
        {t("plan-gauge-length")}
        <input
          autofocus
          type="number"
          min={0.1}
          max={500}
          step={0.01}
          value={metres.value}
          onInput={(event) => {
            metres.value = event.currentTarget.value;
          }}
        />
        m
      </label>
      <button type="submit" class="button small primary" disabled={!right}>
        {t("plan-gauge-set")}
      </button>
    </form>
  );
}
