/** What a file says of its picture without being decoded: size, turn, focal length; JPEG (ISO/IEC 10918-1) with EXIF. */

export interface Header {
  /** As the picture is looked at, after its turn. */
  width: number;
  height: number;
  /** Across, degrees, of an ordinary photo as it is looked at; null where the file does not say. */
  hfov: number | null;
  /** Whether the file calls itself an equirectangular panorama (GPano). */
  saysPanorama: boolean;
}

const SOI = 0xffd8;
/** Start of frame, of all kinds but DHT, JPG and DAC. */
const isFrame = (marker: number): boolean => marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
/** Width of the film that focal lengths are told for, millimetres. */
const FILM = { long: 36, short: 24 };

/** Reads the beginning of a file; null for what is no JPEG or is broken. */
export function readHeader(bytes: ArrayBuffer): Header | null {
  const view = new DataView(bytes);
  if (view.byteLength < 4 || view.getUint16(0) !== SOI) return null;
  let [orientation, focal, saysPanorama] = [1, 0, false];
  for (let at = 2; at + 4 <= view.byteLength; ) {
    if (view.getUint8(at) !== 0xff) return null;
    const marker = view.getUint8(at + 1);
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    const length = view.getUint16(at + 2);
    if (length < 2) return null;
    const end = Math.min(view.byteLength, at + 2 + length);
    if (marker === 0xe1) {
      const start = new TextDecoder("latin1").decode(new Uint8Array(bytes, at + 4, Math.min(29, end - at - 4)));
      if (start.startsWith("Exif\0\0"))
        ({ orientation, focal } = readExif(new DataView(bytes, at + 10, end - at - 10)));
      else if (start.startsWith("http://ns.adobe.com/xap/1.0/")) {
        const xmp = new TextDecoder("latin1").decode(new Uint8Array(bytes, at + 4, end - at - 4));
        saysPanorama ||= /GPano:ProjectionType\s*(=\s*["']|>)\s*equirectangular/.test(xmp);
      }
    }
    if (isFrame(marker)) {
      if (at + 9 > view.byteLength) return null;
      const [high, wide] = [view.getUint16(at + 5), view.getUint16(at + 7)];
      if (high === 0 || wide === 0) return null;
      const turned = orientation >= 5;
      const [width, height] = turned ? [high, wide] : [wide, high];
      return { width, height, hfov: focal > 0 ? across(focal, width >= height) : null, saysPanorama };
    }
    at += 2 + length;
  }
  return null;
}

/** Angle across of a lens by its focal length for 35 mm film (rectilinear). */
function across(focal: number, landscape: boolean): number {
  const film = landscape ? FILM.long : FILM.short;
  return (2 * Math.atan(film / (2 * focal)) * 180) / Math.PI;
}

/** Orientation and FocalLengthIn35mmFilm (Exif 2.32, tags 0x0112 and 0xa405). What is out of bounds is as if not there. */
function readExif(tiff: DataView): { orientation: number; focal: number } {
  const found = { orientation: 1, focal: 0 };
  if (tiff.byteLength < 8) return found;
  const little = tiff.getUint16(0) === 0x4949;
  const directory = (at: number, take: (tag: number, place: number) => void): void => {
    if (at + 2 > tiff.byteLength) return;
    const count = tiff.getUint16(at, little);
    for (let entry = 0; entry < count; entry += 1) {
      const place = at + 2 + entry * 12;
      if (place + 12 > tiff.byteLength) return;
      take(tiff.getUint16(place, little), place + 8);
    }
  };
  directory(tiff.getUint32(4, little), (tag, place) => {
    if (tag === 0x0112) {
      const value = tiff.getUint16(place, little);
      if (value >= 1 && value <= 8) found.orientation = value;
    }
    if (tag === 0x8769)
      directory(tiff.getUint32(place, little), (inner, at) => {
        if (inner === 0xa405) found.focal = tiff.getUint16(at, little);
      });
  });
  return found;
}
