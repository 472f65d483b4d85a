/** Looks at pictures off the main thread: decodes a small copy, measures it, and makes the preview. */
import { greyOf, type Measures, measure, REDUCED } from "./measure.ts";
import { readHeader } from "./picture.ts";

export interface CheckRequest {
  id: string;
  file: Blob;
}

export interface Checked {
  measures: Measures;
  hfov: number | null;
  preview: Blob | null;
}

export type CheckAnswer = { id: string } & ({ checked: Checked } | { failed: string });

/** Longest side of a preview, pixels. */
const PREVIEW = 360;
/** Enough for the markers before the picture itself. */
const BEGINNING = 512 * 1024;
const scope = self as unknown as {
  postMessage: (answer: CheckAnswer) => void;
  onmessage: ((event: MessageEvent<CheckRequest>) => void) | null;
};

async function check(file: Blob): Promise<Checked> {
  const header = readHeader(await file.slice(0, BEGINNING).arrayBuffer());
  const bitmap = await reduced(file, header);
  try {
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    const context = canvas.getContext("2d", { willReadFrequently: true });
    if (!context) throw new Error("no canvas");
    context.drawImage(bitmap, 0, 0);
    const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
    const grey = greyOf(data, bitmap.width, bitmap.height);
    const measures = measure(grey, header?.saysPanorama ?? false);
    return { measures, hfov: header?.hfov ?? null, preview: await previewOf(bitmap) };
  } finally {
    bitmap.close();
  }
}

/** A copy with the longest side of {@link REDUCED}, upright. With the size known, the whole picture never lies in memory. */
async function reduced(file: Blob, header: ReturnType<typeof readHeader>): Promise<ImageBitmap> {
  const whole = header ?? (await createImageBitmap(file));
  const { width, height } = whole;
  const isWide = width / height > 1.9 && width / height < 2.1;
  const scale = Math.min(1, (isWide ? REDUCED.panorama : REDUCED.photo) / Math.max(width, height));
  if ("close" in whole) {
    if (scale === 1) return whole;
    whole.close();
  }
  return createImageBitmap(file, {
    resizeWidth: Math.max(1, Math.round(width * scale)),
    resizeHeight: Math.max(1, Math.round(height * scale)),
    resizeQuality: "high",
  });
}

async function previewOf(bitmap: ImageBitmap): Promise<Blob | null> {
  const scale = Math.min(1, PREVIEW / Math.max(bitmap.width, bitmap.height));
  const canvas = new OffscreenCanvas(
    Math.max(1, Math.round(bitmap.width * scale)),
    Math.max(1, Math.round(bitmap.height * scale)),
  );
  const context = canvas.getContext("2d");
  if (!context) return null;
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return canvas.convertToBlob({ type: "image/jpeg", quality: 0.8 });
}

let queue = Promise.resolve();
scope.onmessage = ({ data: { id, file } }) => {
  // One after the other: two large pictures at once are too much for a telephone.
  queue = queue
    .then(async () => scope.postMessage({ id, checked: await check(file) }))
    .catch((error: unknown) => scope.postMessage({ id, failed: String(error) }));
};
