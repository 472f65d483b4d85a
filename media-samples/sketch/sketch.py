#!/usr/bin/env python3
"""Draws the sample flat as equirectangular photos by casting one ray a pixel; needs numpy and Pillow.

    sketch.py --out FOLDER [--width 4096] [--samples 2] [STANDPOINT…]

A light stand-in for the path-traced render: seconds to minutes a picture instead of hours. Light comes from
the windows (form factors without shadows), the sun through the south openings (with shadows), lamps, and a
guess of what corners receive less of. Deterministic.
"""

import argparse
import io
import json
import pathlib

import numpy as np
from PIL import Image

import paint
import solids
from solids import plan

SUN = np.float32([-0.452, -0.646, 0.616])
SUN_LIGHT, SKY_LIGHT = np.float32([5.2, 4.7, 3.9]), np.float32([0.95, 1.0, 1.08])
WET = ("kitchen", "bathroom")
FLOORS = {"kitchen": "kitchenfloor", "bathroom": "bathfloor", "balcony": "balconyfloor"}
GROUND = -plan.FLOOR_ABOVE_COURTYARD


def scene():
    """Solids, with floors and ceilings for each room."""
    found = solids.everything()
    for room in plan.ROOMS:
        floor = FLOORS.get(room.key, "floor")
        found.append(solids.box(room.x0 - 0.24, room.y0 - 0.24, -0.1, room.x1 + 0.24, room.y1 + 0.24, 0, floor))
        found.append(solids.box(room.x0 - 0.24, room.y0 - 0.24, plan.CEILING, room.x1 + 0.24, room.y1 + 0.24, plan.CEILING + 0.1, "ceiling"))
    found.append(solids.box(-300, -300, GROUND - 1, 300, 300, GROUND, "ground"))
    return found


class Caster:
    """Nearest hits of rays from one point over a whole picture, or of loose rays."""

    def __init__(self, found):
        self.solids = found
        self.low = np.float32([solid.low for solid in found])
        self.high = np.float32([solid.high for solid in found])
        self.materials = [solid.material for solid in found]

    def window(self, index, eye):
        """Yaw (start, width) and pitch range in radians in which a solid can be seen; None: anywhere."""
        low, high = self.low[index] - eye, self.high[index] - eye
        if low[0] < 0 < high[0] and low[1] < 0 < high[1]:
            return None
        corners = [np.arctan2(x, y) for x in (low[0], high[0]) for y in (low[1], high[1])]
        middle = np.arctan2((low[0] + high[0]) / 2, (low[1] + high[1]) / 2)
        offsets = [(corner - middle + np.pi) % (2 * np.pi) - np.pi for corner in corners]
        near = np.hypot(max(low[0], -high[0], 0), max(low[1], -high[1], 0)) + 1e-6
        far = np.hypot(max(abs(low[0]), abs(high[0])), max(abs(low[1]), abs(high[1])))
        top = np.arctan2(high[2], near if high[2] > 0 else far)
        bottom = np.arctan2(low[2], near if low[2] < 0 else far)
        return middle + min(offsets), max(offsets) - min(offsets), bottom, top

    def hit(self, index, eye, directions, nearest, which):
        """Updates `nearest` and `which` (solid * 3 + axis) in place where the solid is nearer."""
        with np.errstate(divide="ignore", invalid="ignore"):
            enter, leave, axis = None, None, None
            for k in range(3):
                inverse = 1 / directions[k]
                a, b = (self.low[index, k] - eye[k]) * inverse, (self.high[index, k] - eye[k]) * inverse
                first, last = np.minimum(a, b), np.maximum(a, b)
                if k == 0:
                    enter, leave, axis = first, last, np.zeros(first.shape, np.int8)
                else:
                    later = first > enter
                    axis = np.where(later, np.int8(k), axis)
                    enter, leave = np.where(later, first, enter), np.minimum(leave, last)
        seen = (enter <= leave) & (enter > 1e-4) & (enter < nearest)
        nearest[seen] = enter[seen]
        which[seen] = index * 3 + axis[seen]

    def sweep(self, eye, directions, order):
        """Loose rays from points `eye` (3 arrays) against the solids of `order`."""
        nearest = np.full(directions[0].shape, np.inf, np.float32)
        which = np.full(directions[0].shape, -1, np.int32)
        for index in order:
            self.hit(index, eye, directions, nearest, which)
        return nearest, which


def lights():
    """Openings that give light: (room, centre, inward normal, half extents, strength)."""
    out = []
    def add(room, hole, strength, turn):
        wall, opening = plan.opening(hole)
        inner = wall.far if turn > 0 else wall.near
        c, h = (opening.start + opening.end) / 2, (opening.end - opening.start) / 2
        z, hz = (opening.sill + opening.head) / 2, (opening.head - opening.sill) / 2
        centre = (c, inner, z) if wall.along == "x" else (inner, c, z)
        normal = (0, turn, 0) if wall.along == "x" else (turn, 0, 0)
        extent = (h, 0, hz) if wall.along == "x" else (0, h, hz)
        out.append((room, np.float32(centre), np.float32(normal), np.float32(extent), strength))
    add("living", "window_living", 7.0, 1)
    add("living", "door_balcony", 6.0, 1)
    add("bedroom_main", "window_bedroom_main", 9.0, 1)
    add("bedroom_second", "window_bedroom_second", 8.0, -1)
    add("kitchen", "window_kitchen", 8.5, -1)
    add("bathroom", "window_bathroom", 9.0, -1)
    add("corridor", "passage_living", 2.4, 1)
    add("living", "passage_living", 0.4, -1)
    add("corridor", "door_bedroom_second", 0.9, 1)
    add("corridor", "door_kitchen", 1.0, -1)
    out.append(("hall", np.float32([6.37, 5.20, 1.3]), np.float32([0, 1, 0]), np.float32([0.43, 0, 1.2]), 2.0))
    out.append(("balcony", np.float32([5.05, -1.28, 1.75]), np.float32([0, 1, 0]), np.float32([1.75, 0, 0.75]), 9.0))
    return out


LIGHTS = lights()
LAMPS = {"corridor": (4.85, 4.75, 2.5), "hall": (6.37, 6.4, 2.5), "kitchen": (3.55, 6.4, 2.5), "bathroom": (5.17, 6.4, 2.5),
         "living": (5.22, 2.1, 2.5), "bedroom_second": (1.3, 5.8, 2.5), "bedroom_main": (1.55, 2.05, 2.5)}
LAMP_LIGHT = {"corridor": 1.2, "hall": 1.2, "kitchen": 0.5, "bathroom": 0.7, "living": 0.25, "bedroom_second": 0.12, "bedroom_main": 0.1}


def room_light(room, p, normal):
    """Light that points of one room receive from its openings and its lamp."""
    total = np.zeros(p.shape, np.float32)
    for key, centre, inward, extent, strength in LIGHTS:
        if key != room.key:
            continue
        for a in (-0.5, 0.5):
            for b in (-0.5, 0.5):
                at = centre + extent * np.float32([a, a, b])
                to = at - p
                square = (to * to).sum(1) + 0.04
                unit = to / np.sqrt(square)[:, None]
                facing = np.clip((unit * normal).sum(1), 0, 1) * np.clip(-(unit * inward).sum(1), 0, 1)
                area = np.prod(2 * extent[extent > 0]) / 4
                total += (strength * area * facing / (np.pi * square))[:, None] * SKY_LIGHT
    to = np.float32(LAMPS.get(room.key, (0, 0, 0))) - p
    square = (to * to).sum(1) + 0.1
    glow = LAMP_LIGHT.get(room.key, 0) * (0.25 + 0.75 * np.clip((to / np.sqrt(square)[:, None] * normal).sum(1), 0, 1)) / square
    return total + glow[:, None] * np.float32([1.0, 0.86, 0.66])


def corners(room, p, axis):
    """0..1: less light where walls, floor and ceiling meet."""
    kept = np.ones(len(p), np.float32)
    for k, (a, b) in enumerate(((room.x0, room.x1), (room.y0, room.y1), (0, plan.CEILING))):
        for distance in (p[:, k] - a, b - p[:, k]):
            dark = 0.34 * np.exp(-np.maximum(distance, 0) / 0.22) + 0.12 * np.exp(-np.maximum(distance, 0) / 0.8)
            kept *= np.where(axis == k, 1, 1 - dark)
    return kept


def contact(caster, room, p, up):
    """0..1: less light on the floor under and beside what stands on it."""
    kept = np.ones(len(p), np.float32)
    floor = up & (p[:, 2] < 0.03)
    q = p[floor]
    dark = np.ones(len(q), np.float32)
    for solid in caster.solids:
        (x0, y0, z0), (x1, y1, z1) = solid.low, solid.high
        if z0 > 0.8 or z1 < 0.04 or x1 < room.x0 or x0 > room.x1 or y1 < room.y0 or y0 > room.y1 or solid.material in ("wall", "ground"):
            continue
        away = np.hypot(np.maximum(np.maximum(x0 - q[:, 0], q[:, 0] - x1), 0), np.maximum(np.maximum(y0 - q[:, 1], q[:, 1] - y1), 0))
        dark *= 1 - 0.62 * np.exp(-z0 / 0.4) * np.exp(-away / 0.14)
    kept[floor] = np.maximum(dark, 0.12)
    return kept


def sunlit(caster, p, facing, inside):
    """Whether the sun reaches points: through the south openings for those inside."""
    lit = facing > 0
    step = (-0.15 - p[:, 1]) / SUN[1]
    x, z = p[:, 0] + step * SUN[0], p[:, 2] + step * SUN[2]
    through = np.zeros(len(p), bool)
    for hole in next(wall for wall in plan.WALLS if wall.key == "south").openings:
        through |= (x > hole.start) & (x < hole.end) & (z > hole.sill) & (z < hole.head)
    lit &= ~inside | through | (p[:, 1] < -0.1)
    near = [i for i, s in enumerate(caster.solids) if s.high[1] > -1.6 and s.low[1] < 4.2 and s.low[2] < 2.7 and s.high[2] > 0 and s.low[0] < 7.5 and s.high[0] > -0.5]
    chosen = np.nonzero(lit & inside)[0]
    for part in np.array_split(chosen, max(1, len(chosen) // 200_000)):
        start = (p[part] + SUN * 2e-3).T
        rays = [np.full(len(part), SUN[k], np.float32) for k in range(3)]
        _, which = caster.sweep(start, rays, near)
        lit[part[which >= 0]] = False
    return lit


def sky(directions):
    """The sky by elevation, with a glow around the sun."""
    x, y, z = directions
    up = np.clip(z, 0, 1)[:, None]
    blue, pale = np.float32([0.55, 0.95, 1.8]), np.float32([1.9, 2.05, 2.2])
    glow = np.clip(x * SUN[0] + y * SUN[1] + z * SUN[2], 0, 1)[:, None]
    return pale + (blue - pale) * up**0.45 + np.float32([3, 2.8, 2.4]) * glow**60


def shade(caster, eye, directions, nearest, which, mirrors=True):
    """Linear RGB of rays whose nearest hits are known. Everything is flat arrays."""
    out = np.empty((nearest.size, 3), np.float32)
    missed = which < 0
    out[missed] = sky([d[missed] for d in directions])
    hits = np.nonzero(~missed)[0]
    d = np.stack([direction[hits] for direction in directions], 1)
    p = np.asarray(eye, np.float32).reshape(-1, 3)[0 if np.ndim(eye) == 1 else hits] + d * nearest[hits][:, None]
    index, axis = which[hits] // 3, which[hits] % 3
    normal = np.zeros_like(p)
    normal[np.arange(len(p)), axis] = -np.sign(d[np.arange(len(p)), axis])
    albedo = np.zeros_like(p)
    names = np.array(caster.materials, object)[index]
    for room in plan.ROOMS:
        if room.key in WET:
            pad = 0.06
            within = (p[:, 0] > room.x0 - pad) & (p[:, 0] < room.x1 + pad) & (p[:, 1] > room.y0 - pad) & (p[:, 1] < room.y1 + pad)
            side = (axis == 0) & ((np.abs(p[:, 0] - room.x0) < 0.01) | (np.abs(p[:, 0] - room.x1) < 0.01)) | (axis == 1) & ((np.abs(p[:, 1] - room.y0) < 0.01) | (np.abs(p[:, 1] - room.y1) < 0.01))
            names[within & side & (names == "wall") & (p[:, 2] < 2.3)] = "walltiles"
    for name in set(names):
        mine = names == name
        if name != "mirror":
            albedo[mine] = paint.colour(name, caster.low[index[mine]], caster.high[index[mine]], axis[mine], p[mine])
    inside = (p[:, 0] > -0.31) & (p[:, 0] < 7.11) & (p[:, 1] > -1.45) & (p[:, 1] < 7.71) & (p[:, 2] > -0.2) & (p[:, 2] < 2.8)
    light = np.where(inside[:, None], np.float32(0.16), (0.75 + 0.45 * normal[:, 2:3]) * SKY_LIGHT).astype(np.float32)
    for room in plan.ROOMS:
        pad = 0.13
        mine = np.nonzero(inside & (p[:, 0] > room.x0 - pad) & (p[:, 0] <= room.x1 + pad) & (p[:, 1] > room.y0 - pad) & (p[:, 1] <= room.y1 + pad))[0]
        if mine.size == 0:
            continue
        q, n, a = p[mine], normal[mine], axis[mine]
        bounce = 0.42 + 0.16 * (n[:, 2:3] < 0) - 0.05 * (n[:, 2:3] > 0)
        lit = bounce * np.float32([1.0, 0.965, 0.90]) + room_light(room, q, n)
        kept = corners(room, q, a) * contact(caster, room, q, n[:, 2] > 0) * np.where(a == 2, 1, 1 - 0.22 * np.exp(-q[:, 2] / 0.10))
        light[mine] = lit * kept[:, None]
    facing = normal @ SUN
    sun = sunlit(caster, p, facing, inside)
    light[sun] += np.maximum(facing[sun], 0)[:, None] * SUN_LIGHT * np.where(inside[sun], 0.8, 0.62)[:, None]
    colour = albedo * light
    glow = np.isin(names, ("lamp", "lampshade"))
    colour[glow] = albedo[glow] * 1.1
    haze = np.clip(1 - np.exp(-nearest[hits] / 90), 0, 1)[:, None]
    colour = colour * (1 - haze) + np.float32([1.6, 1.75, 1.9]) * haze
    if mirrors and (names == "mirror").any():
        mine = np.nonzero(names == "mirror")[0]
        turned = d[mine] - 2 * (d[mine] * normal[mine]).sum(1)[:, None] * normal[mine]
        rays, starts = list(turned.T.copy()), p[mine] + turned * 1e-3
        far, hit = caster.sweep(starts.T, rays, range(len(caster.solids)))
        colour[mine] = 0.88 * shade(caster, starts, rays, far, hit, mirrors=False)
    out[hits] = colour
    return out


def developed(linear, seed):
    """Linear light to 8-bit sRGB with a soft shoulder and a little noise."""
    x = np.maximum(linear * 0.70, 0)
    x = x * (2.51 * x + 0.03) / (x * (2.43 * x + 0.59) + 0.14) * 1.04
    x = np.clip(x, 0, 1)
    srgb = np.where(x <= 0.0031308, 12.92 * x, 1.055 * np.power(x, 1 / 2.4) - 0.055) * 255
    rough = np.random.default_rng(seed).normal(0, 0.9, srgb.shape[:2]).astype(np.float32)
    return np.clip(srgb + rough[..., None] + 0.5, 0, 255).astype(np.uint8)


def panorama(caster, point, wanted, samples):
    """The whole sphere around a standpoint as an array of bytes (wanted / 2, wanted, 3).

    `samples` rays across and down a pixel are averaged in linear light.
    """
    width = wanted * samples
    height = width // 2
    eye = np.float32([point.x, point.y, point.z])
    windows = [caster.window(i, eye) for i in range(len(caster.solids))]
    heading = np.radians(point.heading)
    yaw = ((np.arange(width) + 0.5) / width - 0.5) * 2 * np.pi + heading
    out = np.empty((wanted // 2, wanted, 3), np.uint8)
    band = max(16, min(height, (1 << 19) // width)) // samples * samples
    for top in range(0, height, band):
        pitch = (0.5 - (np.arange(top, min(top + band, height)) + 0.5) / height) * np.pi
        level = np.cos(pitch)[:, None]
        directions = [(level * np.sin(yaw)).astype(np.float32), (level * np.cos(yaw)).astype(np.float32),
                      np.repeat(np.sin(pitch)[:, None], width, 1).astype(np.float32)]
        nearest = np.full(directions[0].shape, np.inf, np.float32)
        which = np.full(directions[0].shape, -1, np.int32)
        for index, window in enumerate(windows):
            if window is None:
                spans, rows = [(0, width)], (0, len(pitch))
            else:
                start, breadth, bottom, ceiling = window
                inside = np.nonzero((pitch <= ceiling + 2e-3) & (pitch >= bottom - 2e-3))[0]
                if inside.size == 0:
                    continue
                rows = (inside[0], inside[-1] + 1)
                first = ((start - yaw[0]) % (2 * np.pi)) / (2 * np.pi) * width
                a, b = int(first) - 1, int(first + breadth / (2 * np.pi) * width) + 3
                spans = [(max(a, 0), min(b, width))] + ([(0, min(b - width, width))] if b > width else []) + ([(width + a, width)] if a < 0 else [])
            for a, b in spans:
                part = (slice(*rows), slice(a, b))
                caster.hit(index, eye, [direction[part] for direction in directions], nearest[part], which[part])
        flat = [direction.ravel() for direction in directions]
        linear = shade(caster, eye, flat, nearest.ravel(), which.ravel())
        # Clipped first: one ray into the sun must not whiten its pixel.
        fine = np.minimum(linear, 4).reshape(len(pitch) // samples, samples, wanted, samples, 3)
        out[top // samples : (top + band) // samples] = developed(fine.mean((1, 3)), point.number * 1000 + top)
        print(f"\r  {point.stem} {100 * min(top + band, height) // height} %", end="", flush=True)
    print()
    return out


def main():
    asked = argparse.ArgumentParser()
    asked.add_argument("--out", type=pathlib.Path, required=True)
    asked.add_argument("--width", type=int, default=4096)
    asked.add_argument("--samples", type=int, default=2, help="rays across and down a pixel")
    asked.add_argument("--quality", type=int, default=90)
    asked.add_argument("standpoints", nargs="*")
    asked = asked.parse_args()
    import metadata  # from ../scene, which `solids` has put on the path
    caster = Caster(scene())
    asked.out.mkdir(parents=True, exist_ok=True)
    for point in plan.STANDPOINTS:
        if asked.standpoints and point.key not in asked.standpoints:
            continue
        pixels = panorama(caster, point, asked.width, asked.samples)
        jpeg = io.BytesIO()
        Image.fromarray(pixels).save(
            jpeg, "JPEG", quality=asked.quality, subsampling=0, exif=metadata.exif(point.number),
            xmp=metadata.gpano(asked.width, asked.width // 2, point.heading),
        )
        (asked.out / f"{point.stem}.jpg").write_bytes(jpeg.getvalue())
        pose = {"position": [point.x, point.y, point.z], "heading": point.heading, "pitch": 0, "roll": 0, "width": asked.width}
        (asked.out / f"{point.stem}.json").write_text(json.dumps(pose) + "\n")


main()
