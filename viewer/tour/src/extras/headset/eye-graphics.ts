/**
 * Draws for one eye, with the page's own WebGL context and its textures: the scene by the stage's programs, and plates (pins,
 * cards, rays, a dark veil) as quads. Leaves the context as the page's drawing expects it.
 */
import { dot, type Vector } from "../../geometry/cube.ts";
import { clampAndSmooth, drawTiles, link, type Program, type Quad } from "../../stage/graphics.ts";
import { BACKDROP_FRAGMENT, TILE_FRAGMENT, TILE_VERTEX } from "../../stage/shaders.ts";
import { clipOf, type Eye, type Plate } from "./eyes.ts";

/** 'window' is left, down, right, up of the picture plane. */
const BACKDROP_VERTEX = `#version 300 es
uniform vec4 window;
out vec2 at;
void main() {
vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1) * 4.0 - 1.0;
at = mix(window.xy, window.zw, corner * 0.5 + 0.5);
gl_Position = vec4(corner, 0.0, 1.0);
}`;

const PLATE_VERTEX = `#version 300 es
uniform mat3 view;
uniform vec3 middle;
uniform vec3 side;
uniform vec3 top;
out vec2 at;
void main() {
at = vec2(gl_VertexID & 1, gl_VertexID >> 1) * 2.0 - 1.0;
vec3 clip = view * (middle + at.x * side + at.y * top);
gl_Position = vec4(clip.xy, 0.0, clip.z);
}`;

/** 'kind' 0: a texture; 1: one colour; 2: a ring of which 'part' is drawn, clockwise from the top; 3: a ray with soft edges. */
const PLATE_FRAGMENT = `#version 300 es
precision highp float;
uniform sampler2D picture;
uniform int kind;
uniform vec4 tint;
uniform float part;
in vec2 at;
out vec4 colour;
void main() {
if (kind == 0) {
colour = texture(picture, vec2(at.x, -at.y) * 0.5 + 0.5) * tint;
return;
}
colour = tint;
if (kind == 2) {
float r = length(at), turn = atan(at.x, at.y) / 6.2831853;
float edge = fwidth(r);
colour.a *= smoothstep(0.7 - edge, 0.7, r) * (1.0 - smoothstep(1.0 - edge, 1.0, r)) * (fract(turn + 1.0) <= part ? 1.0 : 0.0);
}
if (kind == 3) colour.a *= 1.0 - abs(at.x);
}`;

export type Tint = readonly [red: number, green: number, blue: number, alpha: number];
const PLAIN: Tint = [1, 1, 1, 1];

export class EyeGraphics {
  readonly #gl: WebGL2RenderingContext;
  readonly #programs: { backdrop: Program; tile: Program; plate: Program };
  #view: number[] = [];

  constructor(gl: WebGL2RenderingContext) {
    this.#gl = gl;
    this.#programs = {
      backdrop: link(gl, BACKDROP_VERTEX, BACKDROP_FRAGMENT),
      tile: link(gl, TILE_VERTEX, TILE_FRAGMENT),
      plate: link(gl, PLATE_VERTEX, PLATE_FRAGMENT),
    };
    for (const program of Object.values(this.#programs)) program.check();
  }

  /** The scene; what follows is drawn for the same eye. */
  scene(eye: Eye, backdrop: WebGLTexture | undefined, quads: readonly Quad[]): void {
    const gl = this.#gl;
    const { backdrop: sky, tile } = this.#programs;
    this.#view = clipOf(eye);
    if (backdrop) {
      gl.useProgram(sky.handle);
      gl.bindTexture(gl.TEXTURE_CUBE_MAP, backdrop);
      gl.uniform4f(sky.at("window"), eye.left, eye.down, eye.rightward, eye.upward);
      gl.uniformMatrix3fv(sky.at("eye"), false, [...eye.right, ...eye.up, ...eye.forward]);
      gl.uniform1f(sky.at("behind"), 0);
      gl.drawArrays(gl.TRIANGLES, 0, 3);
    }
    gl.useProgram(tile.handle);
    gl.uniformMatrix3fv(tile.at("view"), false, this.#view);
    gl.uniform1f(tile.at("behind"), 0);
    drawTiles(gl, tile, quads, 1, 0);
    gl.enable(gl.BLEND);
    gl.useProgram(this.#programs.plate.handle);
    gl.uniformMatrix3fv(this.#programs.plate.at("view"), false, this.#view);
  }

  picture(plate: Plate, texture: WebGLTexture, tint = PLAIN): void {
    this.#gl.bindTexture(this.#gl.TEXTURE_2D, texture);
    this.#plate(plate, 0, tint, 1);
  }

  /** A ring, of which `part` (0 to 1) is drawn. */
  ring(plate: Plate, tint: Tint, part: number): void {
    this.#plate(plate, 2, tint, part);
  }

  /** A ray between two places as seen from the eye, `width` metres wide. */
  ray(from: Vector, to: Vector, width: number, tint: Tint): void {
    const along = minus(to, from);
    const across = cross(along, from);
    const length = Math.sqrt(dot(across, across)) || 1;
    const side = times(across, width / 2 / length);
    this.#plate({ middle: times(plus(from, to), 0.5), side, top: times(along, 0.5) }, 3, tint, 1);
  }

  /** Darkens all that the eye sees. */
  veil({ right, up, forward }: Eye, opacity: number): void {
    const plate = { middle: forward, side: times(right, 20), top: times(up, 20) };
    this.#plate(plate, 1, [0, 0, 0, opacity], 1);
  }

  done(): void {
    this.#gl.disable(this.#gl.BLEND);
  }

  /** A drawing as a texture, which the caller deletes. */
  texture(drawing: HTMLCanvasElement): WebGLTexture {
    const gl = this.#gl;
    const texture = gl.createTexture() as WebGLTexture;
    gl.bindTexture(gl.TEXTURE_2D, texture);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, gl.RGBA, gl.UNSIGNED_BYTE, drawing);
    clampAndSmooth(gl, gl.TEXTURE_2D);
    gl.generateMipmap(gl.TEXTURE_2D);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.LINEAR_MIPMAP_LINEAR);
    return texture;
  }

  dispose(): void {
    for (const program of Object.values(this.#programs)) this.#gl.deleteProgram(program.handle);
  }

  #plate({ middle, side, top }: Plate, kind: number, tint: Tint, part: number): void {
    const gl = this.#gl;
    const { plate } = this.#programs;
    gl.uniform3f(plate.at("middle"), ...middle);
    gl.uniform3f(plate.at("side"), ...side);
    gl.uniform3f(plate.at("top"), ...top);
    gl.uniform1i(plate.at("kind"), kind);
    gl.uniform4f(plate.at("tint"), ...tint);
    gl.uniform1f(plate.at("part"), part);
    gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
  }
}

function plus(p: Vector, q: Vector): Vector {
  return [p[0] + q[0], p[1] + q[1], p[2] + q[2]];
}

export function minus(p: Vector, q: Vector): Vector {
  return [p[0] - q[0], p[1] - q[1], p[2] - q[2]];
}

export function times(p: Vector, factor: number): Vector {
  return [p[0] * factor, p[1] * factor, p[2] * factor];
}

function cross(p: Vector, q: Vector): Vector {
  return [p[1] * q[2] - p[2] * q[1], p[2] * q[0] - p[0] * q[2], p[0] * q[1] - p[1] * q[0]];
}
