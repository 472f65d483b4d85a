/** Talks between the studio's screen and the server: loads the draft, keeps undo, saves by itself. */
import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { type Draft, tour as loadTour, previewDocument, saveDraft, type Tour } from "../api/tours.ts";
import { has } from "../session.ts";
import { Autosave } from "./autosave.ts";
import { type Edit, edited } from "./draft.ts";
import { begin, record, redone, type Timeline, undone } from "./undo.ts";

export function draftOf(tour: Draft): Draft {
  const { start, scenes, plan } = tour;
  return plan ? { start, scenes, plan } : { start, scenes };
}

/** A time-ordered id as the server makes them (UUIDv7), also on pages without HTTPS. */
export function newId(now = Date.now()): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  for (let index = 0; index < 6; index += 1) bytes[index] = Math.floor(now / 256 ** (5 - index)) % 256;
  bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/** Edits of the same field in quick succession are one step back. */
function topicOf(edit: Edit): string | null {
  if (edit.do === "put-hotspot") return `hotspot/${edit.hotspot.id}`;
  if (edit.do === "move-hotspot") return `move-hotspot/${edit.id}/${edit.end}`;
  if (edit.do === "rename") return `rename/${edit.scene}`;
  if (edit.do === "narration") return `narration/${edit.scene}`;
  if (edit.do === "position") return `position/${edit.scene}`;
  return edit.do === "plan" ? (edit.topic ?? null) : null;
}

export class StudioModel {
  readonly listing: string;
  readonly tour: Signal<Tour>;
  readonly line: Signal<Timeline<Draft>>;
  readonly draft: ReadonlySignal<Draft>;
  readonly panoramas: Signal<Map<string, unknown>> = signal(new Map());
  readonly autosave: Autosave<Draft>;

  constructor(listing: string, tour: Tour, etag: string | null) {
    this.listing = listing;
    this.tour = signal(tour);
    this.line = signal(begin(draftOf(tour)));
    this.draft = computed(() => this.line.value.now);
    this.autosave = new Autosave<Draft>(async (draft, version) => {
      const saved = await saveDraft(listing, draft, version);
      // Whatever it was, an edited tour is a draft again.
      this.tour.value = { ...this.tour.value, ...draft, state: "draft" };
      await this.learnPanoramas().catch(() => {});
      return saved;
    }, etag);
  }

  static async open(listing: string): Promise<StudioModel> {
    const { value, etag } = await loadTour(listing);
    const model = new StudioModel(listing, value, etag);
    await model.learnPanoramas().catch(() => {});
    return model;
  }

  get editable(): boolean {
    return this.tour.value.state !== "submitted" && has("agency_member", "clerk");
  }

  edit(edit: Edit): void {
    this.#take(record(this.line.value, edited(this.line.value.now, edit), topicOf(edit), Date.now()));
  }

  undo(): void {
    this.#take(undone(this.line.value));
  }

  redo(): void {
    this.#take(redone(this.line.value));
  }

  /** Puts the server's state in place of ours, as after a conflict. */
  async reload(): Promise<void> {
    const { value, etag } = await loadTour(this.listing);
    this.tour.value = value;
    this.line.value = begin(draftOf(value));
    this.autosave.etag = etag;
    this.autosave.state.value = "saved";
    await this.learnPanoramas();
  }

  /** Takes over what the server has put into the draft by our wish: one step that can be undone. */
  async adopt(): Promise<void> {
    const { value, etag } = await loadTour(this.listing);
    this.tour.value = value;
    this.line.value = record(this.line.value, draftOf(value), null, Date.now());
    this.autosave.etag = etag;
    this.autosave.state.value = "saved";
    await this.learnPanoramas();
  }

  /** Our draft on top of what somebody else saved. */
  async overwrite(): Promise<void> {
    const { etag } = await loadTour(this.listing);
    await this.autosave.overwrite(etag);
  }

  /** The pictures of the scenes, as the server describes them in the preview document. */
  async learnPanoramas(): Promise<void> {
    const missing = this.draft.value.scenes.some((scene) => !this.panoramas.value.has(scene.id));
    if (!missing) return;
    const document = (await previewDocument(this.listing)) as { scenes?: { id: string; panorama: unknown }[] };
    const next = new Map(this.panoramas.value);
    for (const scene of document.scenes ?? []) if (!next.has(scene.id)) next.set(scene.id, scene.panorama);
    this.panoramas.value = next;
  }

  #take(next: Timeline<Draft>): void {
    if (next === this.line.value) return;
    const changed = next.now !== this.line.value.now;
    this.line.value = next;
    if (changed) this.autosave.change(next.now);
  }
}
