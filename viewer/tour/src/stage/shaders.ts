/**
 * The three programs of the viewer, GLSL ES 3.00.
 * - backdrop: the small preview as a cube map over the whole screen, seamless across faces;
 * - tile: one rectangle of a face; `taps` = 4 averages over the pixel's footprint where texels are smaller than pixels,
 *   which keeps fine texture from shimmering without mipmaps (a third less memory);
 * - veil: the last picture of the scene that is being left, fading out.
 */

export const BACKDROP_VERTEX = `#version 300 es
uniform mat3 eye; // screen corner → direction
out vec3 way;
void main() {
  vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1) * 4.0 - 1.0;
  way = eye * vec3(corner, 1.0);
  gl_Position = vec4(corner, 0.0, 1.0);
}`;

export const BACKDROP_FRAGMENT = `#version 300 es
precision highp float;
uniform samplerCube preview;
in vec3 way;
out vec4 colour;
void main() { colour = vec4(texture(preview, way).rgb, 1.0); }`;

export const TILE_VERTEX = `#version 300 es
uniform mat3 face;  // face point (a, b, 1) → direction
uniform mat3 view;  // direction → clip x, y and w
uniform vec4 rect;  // left, top, right, bottom in face coordinates
out vec2 at;
void main() {
  vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1);
  vec3 clip = view * (face * vec3(mix(rect.xy, rect.zw, corner), 1.0));
  at = corner;
  gl_Position = vec4(clip.xy, 0.0, clip.z);
}`;

export const TILE_FRAGMENT = `#version 300 es
precision highp float;
uniform sampler2D tile;
uniform int taps;
in vec2 at;
out vec4 colour;
void main() {
  if (taps == 1) {
    colour = vec4(texture(tile, at).rgb, 1.0);
    return;
  }
  vec2 dx = dFdx(at) * 0.125, dy = dFdy(at) * 0.125;
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
