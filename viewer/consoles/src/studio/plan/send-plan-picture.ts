/** Sends a picture of the plan as an upload like any other, and waits until the server has looked at it. */
import { type Asset, asset as find, knownAssets, takenFor } from "../../api/media.ts";
import { noteText } from "../../media/asset-card.tsx";
import { hashOf } from "../../media/hashing.ts";
import { sendByTus } from "../../media/tus-sender.ts";
import { t } from "../../texts.ts";

export interface SendingStep {
  now: "hashing" | "sending" | "checking";
  /** 0 to 1. */
  share: number;
}

const LOOK_EVERY = 700;
/** A picture is looked at in seconds; the queue before it may be long. */
const LOOKS = 260;

/** Fails, in words for people, where the picture cannot be used. */
export async function sendPlanPicture(
  listing: string,
  file: File,
  told: (step: SendingStep) => void,
  signal: AbortSignal,
): Promise<Asset> {
  told({ now: "hashing", share: 0 });
  const hash = await hashOf(file, (done) => told({ now: "hashing", share: done / Math.max(1, file.size) }), signal);
  if (hash === null) throw new Error(t("plan-picture-no-hash"));
  const known = await knownAs(listing, hash, file.size);
  signal.throwIfAborted();
  if (!known) await transfer(listing, file, hash, told, signal);
  const id = known ?? (await knownAs(listing, hash, file.size));
  if (!id) throw new Error(t("plan-picture-lost"));
  return checked(id, told, signal);
}

/** The asset of the listing with these bytes. */
async function knownAs(listing: string, blake3: string, size: number): Promise<string | undefined> {
  const { known } = await knownAssets(listing, [{ blake3, size }]);
  return known.find((one) => one.blake3 === blake3)?.asset;
}

function transfer(
  listing: string,
  file: File,
  hash: string,
  told: (step: SendingStep) => void,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const metadata = { taken_as: "floor_plan" };
    const item = { id: 0, file, name: file.name, state: "sending" as const, done: 0, hash, error: null, metadata };
    const sending = sendByTus(listing, item, {
      progress: (sent) => told({ now: "sending", share: sent / Math.max(1, file.size) }),
      done: resolve,
      failed: (why) => reject(new Error(why)),
    });
    signal.addEventListener("abort", () => {
      sending.discard();
      reject(new DOMException("closed", "AbortError"));
    });
  });
}

async function checked(id: string, told: (step: SendingStep) => void, signal: AbortSignal): Promise<Asset> {
  for (let look = 0; look < LOOKS; look += 1) {
    signal.throwIfAborted();
    told({ now: "checking", share: Math.min(0.95, look / 20) });
    const one = await find(id);
    if (one.state === "refused") throw new Error(one.refusal ? noteText(one.refusal) : t("plan-picture-lost"));
    if (one.state === "ready") {
      if (["floor_plan", "flat_photo"].includes(takenFor(one) ?? "")) return one;
      throw new Error(t("plan-picture-panorama"));
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY));
  }
  throw new Error(t("plan-picture-slow"));
}
