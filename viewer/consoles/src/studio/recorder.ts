/** Records from the microphone: begins, says how loud it is, stops by itself at the longest length. Draws nothing. */

/** The server takes no more seconds. */
export const LONGEST = 180;
/** What browsers write, the most compact first. */
const KINDS = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"];
/** Decibels below full scale at which the meter is empty. */
const FLOOR = -54;

/** Why there is no recording: nobody may listen, there is no microphone, or it failed. */
export type Trouble = "refused" | "missing" | "failed";

export const canRecord = (): boolean =>
  typeof MediaRecorder !== "undefined" && navigator.mediaDevices?.getUserMedia !== undefined;

export interface Recording {
  stop: () => void;
  /** Ends it and throws it away. */
  discard: () => void;
}

interface Listener {
  /** Several times a second: seconds so far, and how loud it is, 0–1. */
  step: (seconds: number, level: number) => void;
  done: (sound: Blob) => void;
}

/** Begins to record. Rejects with a `Trouble`. */
export async function record(listener: Listener): Promise<Recording> {
  let stream: MediaStream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ audio: { noiseSuppression: true, autoGainControl: true } });
  } catch (problem) {
    const name = problem instanceof DOMException ? problem.name : "";
    throw (name === "NotAllowedError" ? "refused" : name === "NotFoundError" ? "missing" : "failed") satisfies Trouble;
  }
  const mimeType = KINDS.find((kind) => MediaRecorder.isTypeSupported(kind));
  const recorder = new MediaRecorder(stream, { ...(mimeType && { mimeType }), audioBitsPerSecond: 128_000 });
  const context = new AudioContext();
  const meter = context.createAnalyser();
  context.createMediaStreamSource(stream).connect(meter);
  const wave = new Float32Array(meter.fftSize);
  const pieces: Blob[] = [];
  const began = performance.now();
  let wanted = true;
  const timer = window.setInterval(() => {
    meter.getFloatTimeDomainData(wave);
    const seconds = (performance.now() - began) / 1000;
    listener.step(seconds, levelOf(wave));
    if (seconds >= LONGEST) stop();
  }, 80);
  const stop = (): void => {
    if (recorder.state !== "inactive") recorder.stop();
  };
  recorder.ondataavailable = ({ data }) => pieces.push(data);
  recorder.onstop = () => {
    clearInterval(timer);
    for (const track of stream.getTracks()) track.stop();
    void context.close();
    if (wanted) listener.done(new Blob(pieces, { type: recorder.mimeType }));
  };
  recorder.start(1000);
  return {
    stop,
    discard: () => {
      wanted = false;
      stop();
    },
  };
}

/** How loud a piece of sound is, 0 (−54 dBFS and less) to 1 (full scale). */
export function levelOf(wave: Float32Array): number {
  const power = wave.reduce((sum, sample) => sum + sample * sample, 0) / Math.max(1, wave.length);
  const decibels = 10 * Math.log10(Math.max(power, 1e-12));
  return Math.min(1, Math.max(0, 1 - decibels / FLOOR));
}

/** What a recording is called: the scene, the moment, and the ending of its kind. */
export function recordingName(title: string, kind: string, at: Date): string {
  const ending = /mp4/.test(kind) ? "m4a" : /ogg/.test(kind) ? "ogg" : "webm";
  const moment = [at.getHours(), at.getMinutes(), at.getSeconds()]
    .map((part) => String(part).padStart(2, "0"))
    .join("");
  return `${title.replace(/[\\/:*?"<>|]/g, " ").trim() || "scene"}-${moment}.${ending}`;
}
