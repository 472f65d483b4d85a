/**
 * Fetches a picture and decodes it away from the main thread: every browser with WebGL2 has `createImageBitmap`. A refused request becomes a
 * `LoadError`, so that the store knows whether to try again; a broken line or picture stays what the browser made of it.
 */
import { gate } from "./gate.ts";
import { LoadError } from "./texture-store.ts";

/** By itself `fetch` asks for anything, and would get JPEG. Whoever has WebGL2 has WebP. */
export const ACCEPT = { Accept: "image/webp,image/*;q=0.8" };

export async function loadPicture(url: string, signal: AbortSignal): Promise<ImageBitmap> {
  const response = await fetch(url, { signal, headers: ACCEPT });
  if (!response.ok) throw new LoadError(`${url}: HTTP ${response.status}`, response.status);
  return decodePicture(await gate.pass(url, await response.blob()));
}

/** Pictures are stored as sRGB already: the browser need not convert, and Firefox before 98 knows no options at all. */
export async function decodePicture(blob: Blob): Promise<ImageBitmap> {
  try {
    return await createImageBitmap(blob, { premultiplyAlpha: "none", colorSpaceConversion: "none" });
  } catch {
    return await createImageBitmap(blob);
  }
}
