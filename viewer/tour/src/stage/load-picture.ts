/**
 * Fetches a picture and decodes it away from the main thread where the browser can. A refused request and a broken
 * picture become a `LoadError`, so that the store knows whether to try again.
 */
import { LoadError } from "./texture-store.ts";

/** Anything WebGL takes as a texture. */
export type Picture = ImageBitmap | HTMLImageElement;

export async function loadPicture(url: string, signal: AbortSignal): Promise<Picture> {
  let response: Response;
  try {
    // By itself `fetch` asks for anything, and would get JPEG. Whoever has WebGL2 has WebP.
    response = await fetch(url, { signal, headers: { Accept: "image/webp,image/*;q=0.8" } });
  } catch (problem) {
    throw new LoadError(`${url}: ${String(problem)}`, 0);
  }
  if (!response.ok) throw new LoadError(`${url}: HTTP ${response.status}`, response.status);
  try {
    return await decodePicture(await response.blob());
  } catch (problem) {
    throw new LoadError(`${url}: ${String(problem)}`, 0);
  }
}

export function closePicture(picture: Picture): void {
  if ("close" in picture) picture.close();
}

/** Pictures are stored as sRGB already: the browser need not convert, and old Safari knows no options at all. */
export async function decodePicture(blob: Blob): Promise<Picture> {
  if (typeof createImageBitmap === "function") {
    try {
      return await createImageBitmap(blob, { premultiplyAlpha: "none", colorSpaceConversion: "none" });
    } catch {
      return await createImageBitmap(blob);
    }
  }
  const image = new Image();
  const address = URL.createObjectURL(blob);
  try {
    image.src = address;
    await image.decode();
    return image;
  } finally {
    URL.revokeObjectURL(address);
  }
}
