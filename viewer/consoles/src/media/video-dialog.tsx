/** A converted video, played in a dialog. */
import { pictureOf, videoOf } from "../api/media.ts";
import { t } from "../texts.ts";
import { Dialog } from "../ui/dialog.tsx";
import { wasPlayed } from "./played.ts";

interface Props {
  asset: string;
  name: string;
  /** Below it. */
  hint?: string;
  /** It was played to its end, with nothing left out. */
  onPlayed?: (() => void) | undefined;
  onClose: () => void;
}

export function VideoDialog({ asset, name, hint, onPlayed, onClose }: Props) {
  return (
    <Dialog title={t("video-of", { name })} wide onClose={onClose}>
      {/* biome-ignore lint/a11y/useMediaCaption: agencies send none; the note beside it says in words what is seen */}
      <video
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
