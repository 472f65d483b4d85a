/** A converted video, played in a dialog. */
import { type Cue, captionsOn, fill } from "@kanfang/shared/captions.ts";
import { useEffect, useRef } from "preact/hooks";
import { pictureOf, videoOf } from "../api/media.ts";
import { t } from "../texts.ts";
import { Dialog } from "../ui/dialog.tsx";
import { wasPlayed } from "./played.ts";

interface Props {
  asset: string;
  name: string;
  /** Below it. */
  hint?: string;
  /** Shown with it, as bidders will see them. */
  captions?: readonly Cue[];
  /** It was played to its end, with nothing left out. */
  onPlayed?: (() => void) | undefined;
  onClose: () => void;
}

const NONE: readonly Cue[] = [];

export function VideoDialog({ asset, name, hint, captions = NONE, onPlayed, onClose }: Props) {
  const player = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    const track = player.current && captions.length > 0 ? captionsOn(player.current, t("captions")) : undefined;
    if (track) fill(track, captions);
  }, []);
  return (
    <Dialog title={t("video-of", { name })} wide onClose={onClose}>
      {/* biome-ignore lint/a11y/useMediaCaption: captions that there are come as a track of their own */}
      <video
        ref={player}
        class="shown-picture"
        src={videoOf(asset)}
        poster={pictureOf(asset)}
        controls
        playsInline
        preload="metadata"
        aria-label={t("video-of", { name })}
        onEnded={(event) => wasPlayed(event.currentTarget) && onPlayed?.()}
      />
      {hint && <p class="hint">{hint}</p>}
    </Dialog>
  );
}
