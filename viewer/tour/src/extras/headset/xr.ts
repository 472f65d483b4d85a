/** What of the WebXR Device API (W3C, Gamepads Module included) is used here; TypeScript's library does not have it. */

export interface XrSystem {
  isSessionSupported(mode: "immersive-vr"): Promise<boolean>;
  requestSession(mode: "immersive-vr", options?: { optionalFeatures?: string[] }): Promise<XrSession>;
}

export interface XrSession extends EventTarget {
  readonly visibilityState: "visible" | "visible-blurred" | "hidden";
  readonly inputSources: Iterable<XrInputSource>;
  requestReferenceSpace(type: "local"): Promise<XrSpace>;
  updateRenderState(state: { baseLayer: XrLayer }): void;
  requestAnimationFrame(callback: (time: number, frame: XrFrame) => void): number;
  end(): Promise<void>;
}

/** Opaque: only poses tell where it is. */
export type XrSpace = object;

export interface XrInputSource {
  readonly targetRayMode: "gaze" | "tracked-pointer" | "screen" | "transient-pointer";
  readonly targetRaySpace: XrSpace;
  readonly hand?: object | null;
  readonly gamepad?: { readonly axes: readonly number[]; readonly buttons: readonly { pressed: boolean }[] } | null;
}

export interface XrFrame {
  getViewerPose(
    space: XrSpace,
  ): { readonly transform: XrTransform; readonly views: readonly XrView[] } | null | undefined;
  getPose(space: XrSpace, base: XrSpace): { readonly transform: XrTransform } | null | undefined;
}

/** `matrix`: 16 numbers by columns; x right, y up, z backward, metres. */
export interface XrTransform {
  readonly matrix: ArrayLike<number>;
}

export interface XrView {
  readonly eye: "none" | "left" | "right";
  readonly transform: XrTransform;
  readonly projectionMatrix: ArrayLike<number>;
}

export interface XrLayer {
  readonly framebuffer: WebGLFramebuffer | null;
  readonly framebufferWidth: number;
  readonly framebufferHeight: number;
  getViewport(view: XrView): { x: number; y: number; width: number; height: number } | null;
}

export interface XrLayerClass {
  new (session: XrSession, gl: WebGL2RenderingContext, options: Record<string, boolean | number>): XrLayer;
  getNativeFramebufferScaleFactor(session: XrSession): number;
}

export function xrSystem(): XrSystem | undefined {
  return (navigator as { xr?: XrSystem }).xr;
}

export function xrLayerClass(): XrLayerClass | undefined {
  return (globalThis as { XRWebGLLayer?: XrLayerClass }).XRWebGLLayer;
}
