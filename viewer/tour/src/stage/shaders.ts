import { FACE_BASIS, FACES } from "../geometry/cube.ts";

/**
 * The three programs of the viewer, GLSL ES 3.00.
 * - backdrop: the small preview as a cube map over the whole screen, seamless across faces;
 * - tile: one rectangle of a face; `taps` = 4 averages over the pixel's footprint where texels are smaller than pixels,
 *   which keeps fine texture from shimmering without mipmaps (a third less memory). The four lie on a turned grid, a little
 *   inside of the pixel: 0.125 would be its whole width, and soft;
 * - veil: the last picture of the scene that is being left, fading out.
 * Within them: 'eye' holds right, up, forward as columns; 'reach' half the screen in focal lengths through (1 + behind);
 * 'FACES' take a face point (a, b, 1) to its direction, 'view' a direction to clip x, y and depth; of each tile 'tiles'
 * holds left, top, right, bottom in face coordinates, then the number of its face and its taps.
 */

export const BACKDROP_VERTEX = `#version 300 es
uniform vec2 reach;
out vec2 at;
void main() {
vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1) * 4.0 - 1.0;
at = corner * reach;
gl_Position = vec4(corner, 0.0, 1.0);
}`;

// The same as 'rayOf' in geometry/view.ts.
export const BACKDROP_FRAGMENT = `#version 300 es
precision highp float;
uniform samplerCube preview;
uniform mat3 eye;
uniform float behind;
in vec2 at;
out vec4 colour;
void main() {
float k = dot(at, at), b = behind * behind;
float z = (sqrt(max(0.0, k * k * b - (k + 1.0) * (k * b - 1.0))) - k * behind) / (k + 1.0);
colour = vec4(texture(preview, eye * vec3(at * (z + behind), z)).rgb, 1.0);
}`;

/** Tiles whose places are handed over at once: of 256 vectors that every browser has room for, two a tile. */
export const TILES_AT_ONCE = 96;

/**
 * A grid of 'cells' by 'cells' of two triangles each: one is enough where straight lines stay straight. Which tile it is
 * follows from the number of the first vertex, so that drawing one takes two calls: its texture, its vertices.
 */
export const TILE_VERTEX = `#version 300 es
const mat3 FACES[6] = mat3[](${FACES.map((face) => `mat3(${FACE_BASIS[face].flat()})`)});
uniform mat3 view;
uniform vec4 tiles[${2 * TILES_AT_ONCE}];
uniform float behind;
uniform int cells;
out vec2 at;
flat out int taps;
void main() {
int cell = gl_VertexID / 6, corner = gl_VertexID % 6;
int tile = cell / (cells * cells) * 2;
cell %= cells * cells;
corner = corner < 3 ? corner : corner - 2;
at = (vec2(cell % cells, cell / cells) + vec2(corner & 1, corner >> 1)) / float(cells);
vec4 rect = tiles[tile], kind = tiles[tile + 1];
taps = int(kind.y);
vec3 way = FACES[int(kind.x)] * vec3(mix(rect.xy, rect.zw, at), 1.0);
vec3 clip = view * way;
gl_Position = vec4(clip.xy, 0.0, (clip.z + behind * length(way)) / (1.0 + behind));
}`;

export const TILE_FRAGMENT = `#version 300 es
precision highp float;
uniform sampler2D tile;
in vec2 at;
flat in int taps;
out vec4 colour;
void main() {
if (taps == 1) {
colour = vec4(texture(tile, at).rgb, 1.0);
return;
}
vec2 dx = dFdx(at) * 0.11, dy = dFdy(at) * 0.11;
vec3 sum = texture(tile, at + dx + 3.0 * dy).rgb + texture(tile, at + 3.0 * dx - dy).rgb
+ texture(tile, at - dx - 3.0 * dy).rgb + texture(tile, at - 3.0 * dx + dy).rgb;
colour = vec4(sum * 0.25, 1.0);
}`;

export const VEIL_VERTEX = `#version 300 es
uniform float scale;
out vec2 at;
void main() {
vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1) * 4.0 - 1.0;
at = corner / scale * 0.5 + 0.5;
gl_Position = vec4(corner, 0.0, 1.0);
}`;

export const VEIL_FRAGMENT = `#version 300 es
precision highp float;
uniform sampler2D picture;
uniform float opacity;
in vec2 at;
out vec4 colour;
void main() { colour = vec4(texture(picture, at).rgb, opacity); }`;
