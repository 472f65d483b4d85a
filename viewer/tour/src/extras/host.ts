/** What the extras may do with the tour. They know this and nothing else of it. */
import type { Language } from "@kanfang/shared/messages.ts";
import type { Rig } from "../controls/rig.ts";
import type { Size, View } from "../geometry/view.ts";
import type { Stage } from "../stage/stage.ts";
import type { Scene, Tour } from "../tour/document.ts";
import type { Hotspots } from "../ui/hotspots.ts";

export interface Host {
  readonly tour: Tour;
  readonly rig: Rig;
  /** What draws, for whoever draws otherwise for a while: see `Stage.painter`. */
  readonly stage: Stage;
  readonly embedded: boolean;
  /** A public page: share, auto-tour and so on; else what consoles need to look at a draft. */
  readonly full: boolean;
  /** The element that fills the screen. */
  readonly root: HTMLElement;
  /** How large the picture is shown, in CSS pixels. */
  readonly shown: Size;
  readonly language: Language;
  readonly scene: Scene;
  /** All tiles of the view are on the screen. */
  readonly sharp: boolean;
  go(scene: Scene, view?: Partial<View>): Promise<void>;
  /** The first view of the present scene, as it fits this screen. */
  home(): void;
  /** Comes nearer (above 1) or steps back, in a glide. */
  zoom(factor: number): void;
  setLanguage(language: Language): void;
  /** Lets go of all tiles and loads them again, also those that failed. */
  reload(): void;
  /** Says something to those who hear the page. */
  say(text: string): void;
  /** Shows a line for a moment. */
  tell(text: string): void;
}

/** Places of the overlay that the extras fill; new ones come with each language. */
export interface Slots {
  /** What one does with the view: zoom, home. */
  view: HTMLElement;
  tools: HTMLElement;
  scenes: HTMLElement;
  corner: HTMLElement;
  panel: HTMLElement;
  /** All of the overlay. */
  root: HTMLElement;
  /** The arrows to other scenes. */
  links: Hotspots;
}
