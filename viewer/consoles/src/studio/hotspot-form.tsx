/** What a hotspot holds, kind by kind. Every change goes out at once; what still lacks is said beside its field. */
import { useSignal } from "@preact/signals";
import { useEvents } from "../api/events.ts";
import { pictureOf } from "../api/media.ts";
import type { DraftHotspot, DraftMeasure } from "../api/tours.ts";
import { CaptionsField } from "../captions/captions-field.tsx";
import { withVideos } from "../captions/of-hotspot.ts";
import { openMasks } from "../masks/masks-dialog.tsx";
import { t } from "../texts.ts";
import { Frame, SelectField, TextField } from "../ui/fields.tsx";
import { Icon } from "../ui/icons.tsx";
import {
  clockOf,
  instantOf,
  type Lack,
  lacksPicture,
  lengthText,
  METHODS,
  measuredAnew,
  withMethod,
} from "./hotspots.ts";
import type { StudioModel } from "./model.ts";
import { PicturePicker, type Shown } from "./picture-picker.tsx";

const ZONES = ["Asia/Shanghai", "Asia/Urumqi", "Asia/Hong_Kong", "Asia/Macau", "UTC"];

interface Props {
  value: DraftHotspot;
  lacks: readonly Lack[];
  model: StudioModel;
  listing: string;
  sentences: readonly string[];
  readOnly: boolean;
  onChange: (next: DraftHotspot) => void;
}

export function HotspotForm(props: Props) {
  const { value, lacks, readOnly, onChange } = props;
  const error = (lack: Lack): string | undefined => (lacks.includes(lack) ? t(`spot-lacks-${lack}`) : undefined);
  const common = { disabled: readOnly };
  return (
    <div class="spot-form">
      {lacks.length > 0 && <p class="hint">{t("spot-unfinished")}</p>}
      {(value.kind === "information" || value.kind === "document" || value.kind === "portal") && (
        <TextField
          {...common}
          label={t("spot-title")}
          value={value.title}
          maxLength={80}
          error={error("title")}
          onChange={(title) => onChange({ ...value, title })}
        />
      )}
      {(value.kind === "information" || value.kind === "defect") && (
        <>
          <TextField
            {...common}
            label={t(value.kind === "defect" ? "spot-defect-text" : "spot-text")}
            value={value.text}
            rows={3}
            maxLength={2000}
            error={error("text")}
            onChange={(text) => onChange({ ...value, text })}
          />
          <Pictures what="pictures" {...props} value={value} />
          <Pictures what="videos" {...props} value={value} />
          <CaptionsField
            model={props.model}
            value={value}
            unfinished={lacks.length > 0}
            readOnly={readOnly}
            onChange={onChange}
          />
        </>
      )}
      {value.kind === "defect" && (
        <>
          <TextField
            {...common}
            label={t("spot-seen-on")}
            type="date"
            value={value.seen_on ?? ""}
            onChange={(day) => onChange({ ...value, seen_on: day || null })}
          />
          {props.sentences.length > 0 && (
            <SelectField
              {...common}
              label={t("spot-announcement-from")}
              value={props.sentences.includes(value.announcement) ? value.announcement : ""}
              none={t("spot-announcement-none")}
              options={props.sentences.map((sentence) => ({ value: sentence, label: sentence }))}
              onChange={(announcement) => onChange({ ...value, announcement })}
            />
          )}
          <TextField
            {...common}
            label={t("spot-announcement")}
            value={value.announcement}
            rows={2}
            maxLength={500}
            onChange={(announcement) => onChange({ ...value, announcement })}
          />
        </>
      )}
      {(value.kind === "document" || value.kind === "portal") && (
        <TextField
          {...common}
          label={t("spot-url")}
          type="url"
          placeholder="https://"
          value={value.url}
          maxLength={500}
          error={error("url")}
          onChange={(url) => onChange({ ...value, url: url.trim() })}
        />
      )}
      {value.kind === "portal" && <Beginning {...props} value={value} error={error} />}
      {value.kind === "measure" && <Length {...props} value={value} error={error} />}
    </div>
  );
}

type Telling = (lack: Lack) => string | undefined;
type Of<K extends DraftHotspot["kind"]> = Omit<Props, "value"> & { value: Extract<DraftHotspot, { kind: K }> };

function Beginning({ value, readOnly, onChange, error }: Of<"portal"> & { error: Telling }) {
  const zones = ZONES.includes(value.time_zone) ? ZONES : [...ZONES, value.time_zone];
  return (
    <>
      <TextField
        label={t("spot-starts-at")}
        type="datetime-local"
        value={clockOf(value.starts_at, value.time_zone)}
        disabled={readOnly}
        error={error("beginning")}
        onChange={(clock) => onChange({ ...value, starts_at: instantOf(clock, value.time_zone) })}
      />
      <SelectField
        label={t("spot-time-zone")}
        value={value.time_zone}
        disabled={readOnly}
        error={error("zone")}
        options={zones.map((zone) => ({ value: zone, label: zone }))}
        onChange={(time_zone) => {
          // What the clock shows stays; the instant is another.
          const starts_at = instantOf(clockOf(value.starts_at, value.time_zone), time_zone);
          onChange({ ...value, time_zone, starts_at });
        }}
      />
    </>
  );
}

function Length({ value, readOnly, onChange, error }: Of<"measure"> & { error: Telling }) {
  const floor = value.method === "floor";
  const change = (some: Partial<DraftMeasure>): void => onChange(measuredAnew({ ...value, ...some }));
  return (
    <>
      <TextField
        label={t("spot-measured-what")}
        value={value.title}
        maxLength={80}
        disabled={readOnly}
        onChange={(title) => change({ title })}
      />
      <SelectField
        label={t("spot-method")}
        value={value.method}
        disabled={readOnly}
        options={METHODS.map((method) => ({ value: method, label: t(`spot-method-${method}`) }))}
        onChange={(method) => onChange(withMethod(value, method as DraftMeasure["method"]))}
      />
      {floor ? (
        <>
          <div class="spot-pair">
            <NumberField
              label={t("spot-camera-height")}
              suffix="m"
              value={value.camera_height ?? 0}
              readOnly={readOnly}
              onChange={(camera_height) => change({ camera_height })}
            />
            <NumberField
              label={t("spot-error")}
              suffix="cm"
              value={(value.camera_height_error ?? 0) * 100}
              readOnly={readOnly}
              onChange={(centimetres) => change({ camera_height_error: centimetres / 100 })}
            />
          </div>
          <p class={error("floor") ? "field-error" : "hint"} role="status">
            {error("floor") ?? t("spot-computed", { length: lengthText(value) })}
          </p>
        </>
      ) : (
        <div class="spot-pair">
          <NumberField
            label={t("spot-length")}
            suffix="m"
            value={value.length}
            readOnly={readOnly}
            error={error("length")}
            onChange={(length) => change({ length })}
          />
          <NumberField
            label={t("spot-error")}
            suffix="cm"
            value={value.error * 100}
            readOnly={readOnly}
            error={value.length > 0 ? error("error") : undefined}
            onChange={(centimetres) => change({ error: centimetres / 100 })}
          />
        </div>
      )}
    </>
  );
}

interface NumberProps {
  label: string;
  suffix: string;
  value: number;
  readOnly: boolean;
  error?: string | undefined;
  onChange: (value: number) => void;
}

/** A number while it is typed: `2.` is on its way to `2.8`, and a comma is a point. */
function NumberField({ label, suffix, value, readOnly, error, onChange }: NumberProps) {
  const shown = value > 0 ? String(Math.round(value * 1000) / 1000) : "";
  const typed = useSignal(shown);
  const read = (text: string): number => Number.parseFloat(text.replace(",", ".")) || 0;
  const text = Math.abs(read(typed.value) - value) < 5e-4 ? typed.value : shown;
  return (
    <TextField
      label={label}
      suffix={suffix}
      inputMode="decimal"
      value={text}
      disabled={readOnly}
      error={error}
      onChange={(next) => {
        typed.value = next;
        onChange(Math.max(0, read(next)));
      }}
    />
  );
}

/** The pictures or the videos that it shows. */
function Pictures({ what, value, listing, readOnly, onChange }: Of<"information" | "defect"> & { what: Shown }) {
  const choosing = useSignal(false);
  const shown = value[what] ?? [];
  /** Grows when masks have changed: the picture behind an address is another one then. */
  const turn = useSignal(0);
  const choose = (chosen: string[]): void =>
    onChange(what === "videos" ? withVideos(value, chosen) : { ...value, pictures: chosen });
  const remove = t(what === "videos" ? "spot-video-remove" : "spot-picture-remove");
  const lacks = what === "pictures" && lacksPicture(value);
  useEvents("asset", (data) => {
    if (shown.includes((data as { id: string }).id)) turn.value += 1;
  });
  return (
    <Frame label={t(`spot-${what}`)} hint={lacks ? t("spot-no-picture") : undefined}>
      {(id) => (
        <div class="spot-pictures" id={id}>
          {shown.map((picture, index) => (
            <span key={picture} class="spot-picture">
              <img src={`${pictureOf(picture)}?turn=${turn.value}`} alt="" />
              {what === "videos" ? (
                <Icon name="play" />
              ) : (
                <button
                  type="button"
                  class="icon-button spot-mask"
                  aria-label={t("mask-open-photo", { number: index + 1 })}
                  title={t("mask-open")}
                  onClick={() => openMasks({ asset: picture, readOnly })}
                >
                  <Icon name="eye" />
                </button>
              )}
              {!readOnly && (
                <button
                  type="button"
                  class="icon-button"
                  aria-label={remove}
                  onClick={() => choose(shown.filter((one) => one !== picture))}
                >
                  <Icon name="close" />
                </button>
              )}
            </span>
          ))}
          {!readOnly && (
            <button
              type="button"
              class="button small"
              onClick={() => {
                choosing.value = true;
              }}
            >
              <Icon name={what === "videos" ? "play" : "photo"} />
              {t(`spot-${what}-choose`)}
            </button>
          )}
          {choosing.value && (
            <PicturePicker
              listing={listing}
              what={what}
              chosen={shown}
              choose={choose}
              onClose={() => {
                choosing.value = false;
              }}
            />
          )}
        </div>
      )}
    </Frame>
  );
}
