/** Below the videos of a hotspot: the captions of each, and a word where one sounds and has none. */
import type { Cue } from "@kanfang/shared/captions.ts";
import { useSignal } from "@preact/signals";
import { asset } from "../api/media.ts";
import { nameOf } from "../studio/hotspots.ts";
import type { StudioModel } from "../studio/model.ts";
import { t } from "../texts.ts";
import { Icon } from "../ui/icons.tsx";
import { useResource } from "../ui/resource.ts";
import { CaptionsDialog } from "./captions-dialog.tsx";
import { cuesOf, type Filmed, withCues } from "./of-hotspot.ts";

interface Props {
  model: StudioModel;
  value: Filmed;
  unfinished: boolean;
  readOnly: boolean;
  onChange: (next: Filmed) => void;
}

export function CaptionsField({ model, value, unfinished, readOnly, onChange }: Props) {
  const videos = value.videos ?? [];
  return (
    <>
      {videos.map((video, index) => (
        <OfVideo
          key={video}
          model={model}
          video={video}
          number={videos.length > 1 ? index + 1 : undefined}
          name={nameOf(value) || t(`spot-${value.kind}`)}
          unfinished={unfinished}
          cues={cuesOf(value, video)}
          readOnly={readOnly}
          onChange={(cues) => onChange(withCues(value, video, cues))}
        />
      ))}
    </>
  );
}

interface VideoProps {
  model: StudioModel;
  video: string;
  /** Where there are several. */
  number: number | undefined;
  name: string;
  unfinished: boolean;
  cues: readonly Cue[];
  readOnly: boolean;
  onChange: (cues: Cue[]) => void;
}

function OfVideo({ number, ...props }: VideoProps) {
  const open = useSignal(false);
  const known = useResource(`video/${props.video}`, () => asset(props.video));
  const video = known.data.value?.video;
  const count = props.cues.length;
  return (
    <div class="stack tight">
      <button
        type="button"
        class="button small"
        onClick={() => {
          open.value = true;
        }}
      >
        <Icon name="pen" />
        {t(`captions-${count > 0 ? "open" : "begin"}${number === undefined ? "" : "-number"}`, {
          count,
          number: number ?? 1,
        })}
      </button>
      {count === 0 && video?.has_sound && <p class="hint">{t("captions-missing")}</p>}
      {open.value && (
        <CaptionsDialog
          {...props}
          seconds={video?.seconds}
          onClose={() => {
            open.value = false;
          }}
        />
      )}
    </div>
  );
}
