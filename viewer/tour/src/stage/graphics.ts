/**
 * The only file that speaks WebGL2: makes programs and textures, draws a frame from a list. Holds one context for ever;
 * after a loss `restore` builds everything anew. Knows nothing of loading or of tours.
 */
import { FACES, type Face, type Vector } from "../geometry/cube.ts";
import type { Rect } from "../geometry/pyramid.ts";
import type { Camera } from "../geometry/view.ts";
import * as shaders from "./shaders.ts";

export interface Quad {
  texture: WebGLTexture;
  face: Face;
  rect: Rect;
  /** Texels are smaller than pixels: average four of them. */
  dense: boolean;
}

export interface Frame {
  camera: Camera;
  /** Cube map under everything; left out when the quads cover the screen without gaps. */
  backdrop: WebGLTexture | undefined;
  quads: readonly Quad[];
  /** Opacity and enlargement of the snapshot taken last. */
  veil: { opacity: number; scale: number } | undefined;
}

type Programs = Record<"backdrop" | "tile" | "veil", Program>;

export interface Program {
  handle: WebGLProgram;
  at: (name: string) => WebGLUniformLocation | null;
  /** Waits for the browser's compiler; throws what it said against the shaders. */
  check: () => void;
}

/** Cells along a side of a tile in wide views: straight within a cell, to a fraction of a pixel. */
const CELLS = 16;

/** Pixels by which tiles overlap: where two levels or two faces meet, rounding would part them by a hair. */
const GROWTH = 0.05;

/** The order in which OpenGL numbers cube map faces, in our names. */
const GL_FACES: readonly Face[] = ["r", "l", "u", "d", "f", "b"];

export class Graphics {
  readonly gl: WebGL2RenderingContext;
  readonly maxTextureSize: number;
  #programs: Programs | undefined;
  #snapshot: WebGLTexture | undefined;

  /** Undefined where WebGL2 is missing. */
  static on(canvas: HTMLCanvasElement): Graphics | undefined {
    const gl = canvas.getContext("webgl2", {
      alpha: false,
      antialias: false,
      depth: false,
      stencil: false,
    });
    return gl ? new Graphics(gl) : undefined;
  }

  private constructor(gl: WebGL2RenderingContext) {
    this.gl = gl;
    this.maxTextureSize = Number(gl.getParameter(gl.MAX_TEXTURE_SIZE)) || 2048;
    this.restore();
  }

  /** Builds what a lost context took away. Textures are the store's to load again. */
  restore(): void {
    const { gl } = this;
    this.#snapshot = undefined;
    this.#programs = undefined;
    if (gl.isContextLost()) return;
    this.#programs = {
      backdrop: link(gl, shaders.BACKDROP_VERTEX, shaders.BACKDROP_FRAGMENT),
      tile: link(gl, shaders.TILE_VERTEX, shaders.TILE_FRAGMENT),
      veil: link(gl, shaders.VEIL_VERTEX, shaders.VEIL_FRAGMENT),
    };
    gl.bindVertexArray(gl.createVertexArray());
    gl.blendFunc(gl.SRC_ALPHA, gl.ONE_MINUS_SRC_ALPHA);
    gl.pixelStorei(gl.UNPACK_COLORSPACE_CONVERSION_WEBGL, gl.NONE);
    gl.clearColor(0.12, 0.14, 0.16, 1);
  }

  /** Throws where the shaders do not compile. Waits for that, so it is asked after all else that can be begun. */
  check(): void {
    for (const program of Object.values(this.#programs ?? {})) program.check();
  }

  upload(picture: ImageBitmap): WebGLTexture {
    const { gl } = this;
    const texture = gl.createTexture() as WebGLTexture;
    gl.bindTexture(gl.TEXTURE_2D, texture);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, gl.RGBA, gl.UNSIGNED_BYTE, picture);
    clampAndSmooth(gl, gl.TEXTURE_2D);
    return texture;
  }

  /** A strip of six faces in the order f r b l u d becomes one cube map. */
  uploadCube(strip: ImageBitmap): WebGLTexture {
    const { gl } = this;
    const edge = strip.height;
    const texture = gl.createTexture() as WebGLTexture;
    gl.bindTexture(gl.TEXTURE_CUBE_MAP, texture);
    GL_FACES.forEach((face, index) => {
      const target = gl.TEXTURE_CUBE_MAP_POSITIVE_X + index;
      gl.pixelStorei(gl.UNPACK_SKIP_PIXELS, FACES.indexOf(face) * edge);
      gl.texImage2D(target, 0, gl.RGBA8, edge, edge, 0, gl.RGBA, gl.UNSIGNED_BYTE, strip);
    });
    gl.pixelStorei(gl.UNPACK_SKIP_PIXELS, 0);
    clampAndSmooth(gl, gl.TEXTURE_CUBE_MAP);
    return texture;
  }

  release(texture: WebGLTexture): void {
    this.gl.deleteTexture(texture);
  }

  draw(frame: Frame): void {
    const { gl } = this;
    const programs = this.#programs;
    if (!programs || gl.isContextLost()) return;
    gl.viewport(0, 0, gl.drawingBufferWidth, gl.drawingBufferHeight);
    if (frame.backdrop) this.#drawBackdrop(programs.backdrop, frame.camera, frame.backdrop);
    else gl.clear(gl.COLOR_BUFFER_BIT);
    this.#drawQuads(programs.tile, frame);
    if (frame.veil && this.#snapshot) this.#drawVeil(programs.veil, frame.veil, this.#snapshot);
  }

  /** Keeps what `draw` has just put on the screen, for the cross-fade. Call it in the same task as `draw`. */
  takeSnapshot(): void {
    const { gl } = this;
    this.dropSnapshot();
    this.#snapshot = gl.createTexture() as WebGLTexture;
    gl.bindTexture(gl.TEXTURE_2D, this.#snapshot);
    gl.copyTexImage2D(gl.TEXTURE_2D, 0, gl.RGB, 0, 0, gl.drawingBufferWidth, gl.drawingBufferHeight, 0);
    clampAndSmooth(gl, gl.TEXTURE_2D);
  }

  dropSnapshot(): void {
    if (this.#snapshot) this.gl.deleteTexture(this.#snapshot);
    this.#snapshot = undefined;
  }

  #drawBackdrop(program: Program, camera: Camera, preview: WebGLTexture): void {
    const { gl } = this;
    gl.useProgram(program.handle);
    gl.bindTexture(gl.TEXTURE_CUBE_MAP, preview);
    const { right, up, forward, size, behind } = camera;
    const scale = 2 * camera.focal * (1 + behind);
    gl.uniform2f(program.at("reach"), size.width / scale, size.height / scale);
    gl.uniformMatrix3fv(program.at("eye"), false, [...right, ...up, ...forward]);
    gl.uniform1f(program.at("behind"), behind);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
  }

  #drawQuads(program: Program, frame: Frame): void {
    if (frame.quads.length === 0) return;
    const { gl } = this;
    const { right, up, forward, focal, size, behind } = frame.camera;
    const cells = behind > 0 ? CELLS : 1;
    const [r, u] = [times(right, (2 * focal) / size.width), times(up, (2 * focal) / size.height)];
    gl.useProgram(program.handle);
    gl.uniformMatrix3fv(program.at("view"), false, [r[0], u[0], forward[0], r[1], u[1], forward[1], r[2], u[2], forward[2]]); // biome-ignore format: by columns
    gl.uniform1f(program.at("behind"), behind);
    drawTiles(gl, program, frame.quads, cells, GROWTH / focal);
  }

  #drawVeil(program: Program, veil: { opacity: number; scale: number }, snapshot: WebGLTexture): void {
    const { gl } = this;
    gl.useProgram(program.handle);
    gl.bindTexture(gl.TEXTURE_2D, snapshot);
    gl.uniform1f(program.at("opacity"), veil.opacity);
    gl.uniform1f(program.at("scale"), veil.scale);
    gl.enable(gl.BLEND);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
    gl.disable(gl.BLEND);
  }
}

const places = new Float32Array(8 * shaders.TILES_AT_ONCE);

/** Draws tiles with the tile program in use, in their order, each `grown` on the face to all sides. */
export function drawTiles(
  gl: WebGL2RenderingContext,
  program: Program,
  quads: readonly Quad[],
  cells: number,
  grown: number,
): void {
  const vertices = 6 * cells * cells;
  gl.uniform1i(program.at("cells"), cells);
  for (let start = 0; start < quads.length; start += shaders.TILES_AT_ONCE) {
    const part = quads.slice(start, start + shaders.TILES_AT_ONCE);
    part.forEach(({ face, rect, dense }, i) => {
      const { left, top, right, bottom } = rect;
      places.set([left - grown, top - grown, right + grown, bottom + grown, FACES.indexOf(face), dense ? 4 : 1], 8 * i);
    });
    gl.uniform4fv(program.at("tiles"), places, 0, 8 * part.length);
    part.forEach(({ texture }, i) => {
      gl.bindTexture(gl.TEXTURE_2D, texture);
      gl.drawArrays(gl.TRIANGLES, i * vertices, vertices);
    });
  }
}

function times(v: Vector, factor: number): [number, number, number] {
  return [v[0] * factor, v[1] * factor, v[2] * factor];
}

/** Clamped, so that a tile's edge never takes colour from its other side. */
export function clampAndSmooth(gl: WebGL2RenderingContext, target: number): void {
  gl.texParameteri(target, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE);
  gl.texParameteri(target, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE);
  gl.texParameteri(target, gl.TEXTURE_MIN_FILTER, gl.LINEAR);
  gl.texParameteri(target, gl.TEXTURE_MAG_FILTER, gl.LINEAR);
}

export function link(gl: WebGL2RenderingContext, vertex: string, fragment: string): Program {
  const handle = gl.createProgram() as WebGLProgram;
  for (const [type, source] of [
    [gl.VERTEX_SHADER, vertex],
    [gl.FRAGMENT_SHADER, fragment],
  ] as const) {
    const shader = gl.createShader(type) as WebGLShader;
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(handle, shader);
  }
  gl.linkProgram(handle);
  const places = new Map<string, WebGLUniformLocation | null>();
  return {
    handle,
    check() {
      if (!gl.getProgramParameter(handle, gl.LINK_STATUS) && !gl.isContextLost())
        throw new Error(`shader: ${gl.getProgramInfoLog(handle)}`);
    },
    at(name) {
      if (!places.has(name)) places.set(name, gl.getUniformLocation(handle, name));
      return places.get(name) ?? null;
    },
  };
}
