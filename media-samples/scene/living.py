"""Living room: sofa, low table, television, dining corner, air conditioner."""

import materials
import paperwork
from mesh import box, cylinder, lathe, panel, placed, tube
from soft import curtain, pillow, rail


def build():
    """Furnish the living room."""
    _sofa()
    _low_table()
    _television()
    _dining()
    _air_conditioner()
    rail(4.30, 6.70, 0.19, 2.46)
    curtain(4.34, 4.78, 0.19, 2.45, 0.03, materials.fabric("curtain"), 6, seed=1)
    curtain(6.24, 6.66, 0.19, 2.45, 0.03, materials.fabric("curtain"), 6, seed=2)


def _sofa():
    cloth = materials.fabric("sofa")
    x0, x1, y0, y1 = 5.94, 6.77, 0.85, 2.75
    box("sofa base", (x0 + 0.02, y0 + 0.02, 0.09), (x1 - 0.01, y1 - 0.02, 0.26), cloth, 0.03, 3)
    box("sofa back", (x1 - 0.22, y0 + 0.05, 0.20), (x1, y1 - 0.05, 0.80), cloth, 0.07, 4)
    for a, b in ((y0, y0 + 0.20), (y1 - 0.20, y1)):
        box("sofa arm", (x0, a, 0.10), (x1, b, 0.58), cloth, 0.06, 4)
    width = (y1 - y0 - 0.40) / 3
    for k in range(3):
        a = y0 + 0.20 + k * width
        box("sofa seat", (x0 + 0.01, a + 0.004, 0.25), (x1 - 0.22, a + width - 0.004, 0.43), cloth, 0.05, 4)
        with placed(x1 - 0.30, a + width / 2, 0.43, roll=8):
            box("sofa cushion", (-0.07, -width / 2 + 0.006, 0), (0.08, width / 2 - 0.006, 0.40), cloth, 0.06, 4)
    for x, y in ((x0 + 0.06, y0 + 0.06), (x0 + 0.06, y1 - 0.06)):
        cylinder("sofa foot", (x, y, 0), 0.022, 0.10, materials.timber("walnut"), sides=16)
    pillow(6.30, 1.16, 0.60, 0.42, 0.42, materials.fabric("cushion"), turn=-72, lean=62)
    pillow(6.28, 2.40, 0.60, 0.42, 0.42, materials.fabric("blue"), turn=-104, lean=60)


def _low_table():
    wood = materials.timber("cherry")
    box("low table top", (4.98, 1.35, 0.40), (5.55, 2.35, 0.43), wood, 0.008)
    box("low table shelf", (5.04, 1.41, 0.14), (5.49, 2.29, 0.16), wood, 0.005)
    for x in (5.0, 5.49):
        for y in (1.37, 2.29):
            box("low table leg", (x, y, 0), (x + 0.045, y + 0.045, 0.40), wood, 0.005)
    with placed(5.25, 1.66, 0.43):
        lathe("teapot", [(0, 0), (0.045, 0.003), (0.068, 0.035), (0.062, 0.075), (0.03, 0.095), (0.012, 0.10), (0.014, 0.118), (0, 0.122)], materials.ceramic())
        tube("teapot spout", [(0.06, 0, 0.045), (0.09, 0, 0.06), (0.105, 0, 0.088)], 0.009, materials.ceramic())
        for dx, dy in ((-0.12, 0.10), (0.02, 0.15)):
            lathe("cup", [(0, 0), (0.02, 0), (0.036, 0.05), (0.033, 0.05), (0.017, 0.006), (0, 0.006)], materials.ceramic(), (dx, dy, 0))
    box("newspaper", (5.06, 1.98, 0.431), (5.40, 2.24, 0.438), materials.plain(0.80, 0.79, 0.75, 0.8))
    panel("newspaper page", ((5.06, 1.98, 0.4385), (5.40, 1.98, 0.4385), (5.40, 2.24, 0.4385), (5.06, 2.24, 0.4385)), materials.printed("newspaper page", paperwork.newspaper(), 0.8))
    box("remote", (5.12, 1.86, 0.431), (5.17, 1.96, 0.448), materials.dark_plastic(), 0.006)


def _television():
    wood = materials.timber("cherry")
    box("tv bench", (3.32, 0.55, 0.06), (3.74, 2.25, 0.46), wood, 0.006)
    box("tv bench top", (3.31, 0.53, 0.46), (3.76, 2.27, 0.485), wood, 0.006)
    for k in range(4):
        y = 0.57 + k * 0.42
        box("tv drawer", (3.74, y, 0.10), (3.752, y + 0.40, 0.44), wood, 0.004)
        cylinder("tv knob", (3.752, y + 0.20, 0.29), 0.012, 0.02, materials.brass(), axis="x", sides=16, rounding=0.004)
    with placed(3.50, 1.40, 0.485):
        box("tv foot", (-0.10, -0.22, 0), (0.10, 0.22, 0.015), materials.dark_plastic(), 0.005)
        box("tv neck", (-0.03, -0.06, 0.01), (0.0, 0.06, 0.10), materials.dark_plastic(), 0.005)
        box("tv body", (-0.035, -0.56, 0.08), (0.02, 0.56, 0.73), materials.dark_plastic(), 0.008)
        box("tv screen", (0.019, -0.545, 0.098), (0.0215, 0.545, 0.715), materials.black_gloss())
    box("set-top box", (3.42, 1.95, 0.485), (3.62, 2.18, 0.525), materials.dark_plastic(), 0.004)


def _dining():
    wood = materials.timber("oak")
    box("dining top", (5.92, 3.06, 0.72), (6.76, 3.80, 0.75), wood, 0.007)
    for x in (5.95, 6.68):
        for y in (3.09, 3.72):
            box("dining leg", (x, y, 0), (x + 0.05, y + 0.05, 0.72), wood, 0.006)
    box("dining apron", (6.0, 3.11, 0.64), (6.68, 3.13, 0.72), wood)
    box("dining apron", (6.0, 3.73, 0.64), (6.68, 3.75, 0.72), wood)
    chair(5.72, 3.42, 84, wood)
    chair(6.36, 2.98, 8, wood)
    with placed(6.42, 3.52, 0.75):
        lathe("fruit bowl", [(0, 0), (0.05, 0.0), (0.13, 0.06), (0.127, 0.064), (0.045, 0.012), (0, 0.01)], materials.ceramic())
        for dx, dy, r in ((0.03, 0.02, 0.04), (-0.045, 0.03, 0.038), (0.0, -0.05, 0.041)):
            lathe("persimmon", [(0, 0.02), (r * 0.8, 0.03), (r, 0.045), (r * 0.7, 0.07), (0, 0.075)], materials.plain(0.85, 0.36, 0.08, 0.35), (dx, dy, 0))


def chair(x, y, turn, wood):
    """A plain wooden chair whose seat looks towards +y of its frame."""
    with placed(x, y, 0, turn=-turn):
        box("chair seat", (-0.20, -0.20, 0.43), (0.20, 0.20, 0.455), wood, 0.01)
        for dx in (-0.19, 0.155):
            box("chair leg", (dx, 0.155, 0), (dx + 0.035, 0.19, 0.43), wood, 0.005)
            box("chair post", (dx, -0.20, 0), (dx + 0.035, -0.165, 0.92), wood, 0.005)
        for z in (0.60, 0.72, 0.84):
            box("chair slat", (-0.16, -0.192, z), (0.16, -0.174, z + 0.055), wood, 0.005)
        for z in (0.20,):
            box("chair rung", (-0.17, -0.19, z), (-0.155, 0.17, z + 0.025), wood, 0.003)
            box("chair rung", (0.157, -0.19, z), (0.172, 0.17, z + 0.025), wood, 0.003)


def _air_conditioner():
    white = materials.white_plastic()
    box("air conditioner", (6.58, 0.30, 2.12), (6.80, 1.12, 2.41), white, 0.035, 4)
    box("air outlet", (6.575, 0.36, 2.135), (6.60, 1.06, 2.175), materials.dark_plastic(), 0.004)
    tube("air pipe", [(6.76, 0.30, 2.2), (6.76, 0.10, 2.2), (6.76, -0.02, 2.2)], 0.022, white)
