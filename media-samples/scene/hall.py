"""Hall, corridor and balcony: shoe cabinet, fridge, coats, plants, drying rack."""

import math

import materials
from mesh import box, cylinder, lathe, placed, sheet, tube
from soft import wobble


def build():
    """Furnish the hall and the balcony."""
    _shoe_cabinet()
    _fridge()
    _mat()
    _plants()
    _drying_rack()


def _shoe_cabinet():
    wood = materials.timber("oak")
    box("shoe cabinet", (6.46, 5.62, 0.04), (6.79, 6.58, 0.98), wood, 0.004)
    box("shoe cabinet top", (6.44, 5.60, 0.98), (6.80, 6.60, 1.005), wood, 0.006)
    for k in range(2):
        y = 5.63 + k * 0.475
        box("shoe door", (6.442, y, 0.07), (6.46, y + 0.465, 0.96), wood, 0.003)
        for step in range(10):
            box("shoe slat", (6.436, y + 0.06, 0.16 + step * 0.072), (6.444, y + 0.405, 0.20 + step * 0.072), wood, 0.003)
    for k, (dx, turn) in enumerate(((0.0, 4), (0.13, -3))):
        with placed(6.12 + dx, 6.10, 0, turn=90 + turn):
            for side in (-0.05, 0.05):
                lathe("slipper", [(0, 0), (0.045, 0), (0.05, 0.012), (0.045, 0.022), (0, 0.024)], materials.fabric("mat"), (0, side, 0), 24, "z", (2.7, 0.85))
    cylinder("key dish", (6.62, 5.85, 1.005), 0.06, 0.02, materials.ceramic(), sides=32, rounding=0.008)


def _fridge():
    white = materials.plain(0.80, 0.81, 0.82, 0.3)
    box("fridge", (6.17, 6.78, 0.03), (6.77, 7.36, 1.66), white, 0.015, 3)
    for z0, z1 in ((0.05, 0.98), (0.99, 1.65)):
        box("fridge door", (6.18, 6.72, z0), (6.76, 6.78, z1), white, 0.014, 3)
    for z in (0.80, 1.05):
        box("fridge handle", (6.21, 6.695, z), (6.235, 6.72, z + 0.16), materials.steel(), 0.006)


def _mat():
    box("door mat", (6.28, 4.36, 0), (6.74, 5.00, 0.012), materials.fabric("mat"), 0.005)


def _pot(x, y, z, r, h, tint):
    lathe("pot", [(0, 0), (r * 0.72, 0), (r * 0.95, h * 0.9), (r, h * 0.9), (r, h), (r * 0.9, h), (r * 0.88, h * 0.86), (0, h * 0.86)], materials.plain(*tint, 0.6), (x, y, z))


def plant(x, y, z, leaves, reach, seed, width=0.05):
    """Arching blades from one root."""
    for k in range(leaves):
        angle = k * 2.39996 + seed
        lean = 0.35 + 0.5 * (0.5 + 0.5 * wobble(k * 1.7, seed))
        length = reach * (0.7 + 0.3 * wobble(k * 2.3, seed + 4))
        with placed(x, y, z, turn=math.degrees(angle)):
            def blade(u, v, lean=lean, length=length):
                t = v * length
                w = width * math.sin(math.pi * min(0.98, 0.12 + 0.86 * v)) * (u - 0.5)
                return (t * math.sin(lean) * (0.4 + v), w, t * math.cos(lean) - 0.45 * length * lean * v * v * v + 0.25 * abs(w))
            sheet("leaf blade", blade, 2, 9, materials.leaf())


def _plants():
    _pot(6.55, -0.98, -0.02, 0.15, 0.26, (0.45, 0.24, 0.16))
    plant(6.55, -0.98, 0.20, 26, 0.62, 1.0)
    _pot(6.20, -1.10, -0.02, 0.11, 0.19, (0.30, 0.36, 0.40))
    plant(6.20, -1.10, 0.14, 20, 0.40, 2.0, 0.03)
    _pot(3.48, -1.34, 0.985, 0.07, 0.12, (0.46, 0.25, 0.17))
    plant(3.48, -1.34, 1.08, 16, 0.26, 3.0, 0.025)
    _pot(6.52, 0.36, 0.0, 0.17, 0.30, (0.76, 0.75, 0.72))
    plant(6.52, 0.36, 0.25, 30, 0.95, 5.0, 0.07)


def _drying_rack():
    metal = materials.aluminium()
    for y in (-0.98, -0.72):
        cylinder("drying bar", (3.5, y, 2.28), 0.011, 2.6, metal, axis="x", sides=16)
        for x in (3.9, 5.7):
            cylinder("drying wire", (x, y, 2.28), 0.002, 0.22, metal, sides=6)
    for x, width, length, cloth in ((4.75, 0.5, 0.62, "blue"), (5.35, 0.42, 0.5, "cushion")):
        def hang(u, v, x=x, width=width, length=length):
            ripple = 0.02 * math.sin(u * 14 + x) * (1 - v)
            return (x + (u - 0.5) * width, -0.98 + ripple, 2.27 - length * (1 - v))
        sheet("washing", hang, 16, 14, materials.fabric(cloth), thickness=0.004, size=(width, length))
    box("balcony cupboard", (3.31, -1.26, -0.02), (3.52, -0.62, 0.90), materials.timber("pale"), 0.004)
