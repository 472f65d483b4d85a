"""Soft things: curtains with folds, bedding, cushions, towels."""

import math

import materials
from mathutils import Vector, noise
from mesh import cylinder, placed, sheet


def wobble(x, y=0.0, z=0.0):
    """Smooth noise about -1..1, the same each time."""
    return noise.noise(Vector((x, y, z)))


def curtain(x0, x1, y, top, bottom, material, folds=9, depth=0.055, seed=0.0):
    """A hanging curtain along x: pleats tight at the rail, wider and uneven at the hem."""
    width = x1 - x0

    def spot(u, v):
        drop = 1 - v
        phase = 2 * math.pi * folds * (u + 0.03 * wobble(u * 4, seed))
        swing = depth * (0.45 + 0.55 * drop) * math.sin(phase + 0.5 * wobble(u * 5, drop * 2, seed))
        drift = 0.02 * drop * wobble(u * 3, drop * 1.5, seed + 7)
        return (x0 + width * u + 0.012 * math.sin(2 * phase) + drift, y + swing + drift, bottom + (top - bottom) * v)

    return sheet("curtain", spot, folds * 14, 16, material, size=(width * 1.8, top - bottom))


def rail(x0, x1, y, z):
    """Curtain rod with round ends and brackets."""
    metal = materials.brass()
    cylinder("curtain rod", (x0, y, z), 0.012, x1 - x0, metal, axis="x", sides=16)
    for x in (x0 - 0.02, x1 - 0.02):
        cylinder("rod end", (x, y, z), 0.022, 0.04, metal, axis="x", sides=20, rounding=0.01)


def duvet(x0, y0, x1, y1, level, drop, material, puff=0.06, seed=0.0):
    """A quilt over a mattress: puffed top, creases, sides hanging down."""
    nu, nv = 70, 70

    def spot(u, v):
        x, y = x0 - drop + (x1 - x0 + 2 * drop) * u, y0 - drop + (y1 - y0 + 2 * drop) * v
        over_x, over_y = max(x0 - x, x - x1, 0), max(y0 - y, y - y1, 0)
        over = max(over_x, over_y)
        cx, cy = min(max(x, x0), x1), min(max(y, y0), y1)
        crease = wobble(x * 3.1 + 1.5 * y, y * 2.2, seed) * 0.022 + abs(wobble(x * 6, y * 5 + x * 3, seed + 3)) * 0.018
        z = level + puff + crease - over
        out = 0.035 + 0.02 * wobble(x * 9, y * 9, seed + 5)
        if over > 0.005:
            dx = (1 if x > x1 else -1 if x < x0 else 0) * (over_x > 0)
            dy = (1 if y > y1 else -1 if y < y0 else 0) * (over_y > 0)
            wave = out + 0.018 * math.sin((x if dy else y) * 21 + seed)
            return (cx + dx * wave, cy + dy * wave, z)
        return (cx, cy, z)

    return sheet("duvet", spot, nu, nv, material, thickness=0.012, size=(x1 - x0 + 2 * drop, y1 - y0 + 2 * drop))


def pillow(x, y, z, width, depth, material, turn=0.0, lean=0.0, height=0.13):
    """A plump pillow with pinched corners."""
    with placed(x, y, z, turn=turn, pitch=lean):
        def half(sign):
            def spot(u, v):
                a, b = 2 * u - 1, 2 * v - 1
                pinch = 1 - 0.09 * (a * a * b * b)
                bulge = max(0.0, (1 - a ** 4) * (1 - b ** 4)) ** 0.6
                lump = 1 + 0.16 * wobble(a * 2.2 + x, b * 2.2 + y, sign)
                return (a * width / 2 * pinch * (1 - 0.05 * b * b), b * depth / 2 * pinch, sign * height / 2 * bulge * lump)
            return spot
        sheet("pillow", half(1), 24, 18, material, size=(width, depth))
        sheet("pillow", half(-1), 24, 18, material, size=(width, depth))


def towel(x, y, z, width, length, material, along="x"):
    """A folded towel hung over a bar."""
    def spot(u, v):
        side = (u - 0.5) * width
        ripple = 0.006 * math.sin(u * 17) + 0.004 * wobble(u * 6, v * 4)
        turn = (v - 0.5) * 2
        fall = abs(turn) * length
        off = (0.018 if turn > 0 else -0.018) * min(1, abs(turn) * 12) + ripple
        return (x + side, y + off, z - fall) if along == "x" else (x + off, y + side, z - fall)
    sheet("towel", spot, 20, 40, material, thickness=0.008, size=(width, 2 * length))
