"""Both bedrooms: beds, wardrobes, bedside tables, desk, shelf, dressing table."""

import materials
import paperwork
from living import chair
from mesh import box, cylinder, lathe, panel, placed
from soft import curtain, duvet, pillow, rail


def build():
    """Furnish both bedrooms."""
    _double_bed()
    _wardrobe(0.30, 2.06, 3.28, 3.88, 2.12, "cherry", 4)
    _dressing_table()
    rail(0.30, 2.72, 0.18, 2.44)
    curtain(0.34, 0.78, 0.18, 2.43, 0.03, materials.fabric("teal"), 6, seed=4)
    curtain(2.24, 2.70, 0.18, 2.43, 0.03, materials.fabric("teal"), 6, seed=5)
    curtain(0.78, 2.26, 0.092, 2.43, 0.80, materials.sheer(), 16, 0.02, seed=6)
    _single_bed()
    _desk()
    _book_shelf()
    rail(0.40, 2.42, 7.26, 2.42)
    curtain(0.42, 0.74, 7.26, 2.41, 0.90, materials.fabric("blue"), 5, 0.045, seed=8)


def _double_bed():
    wood = materials.timber("cherry")
    y0, y1 = 0.98, 2.50
    box("bed head", (0.02, y0 - 0.04, 0.10), (0.08, y1 + 0.04, 0.98), wood, 0.012)
    box("bed head panel", (0.08, y0 + 0.06, 0.52), (0.095, y1 - 0.06, 0.90), materials.timber("walnut"), 0.008)
    box("bed frame", (0.08, y0, 0.14), (2.06, y1, 0.32), wood, 0.008)
    box("bed foot", (2.04, y0 - 0.03, 0.06), (2.09, y1 + 0.03, 0.46), wood, 0.01)
    box("mattress", (0.10, y0 + 0.02, 0.32), (2.03, y1 - 0.02, 0.50), materials.fabric("sheet"), 0.04, 4)
    duvet(0.62, y0 + 0.02, 2.02, y1 - 0.02, 0.505, 0.20, materials.linen_print("rose"), seed=2)
    for y in (1.36, 2.12):
        pillow(0.36, y, 0.60, 0.66, 0.42, materials.linen_print("rose"), turn=90 + (y - 1.7) * 9, lean=14)
    for y, lamp in ((0.72, True), (2.76, False)):
        box("bedside", (0.03, y - 0.2, 0.05), (0.43, y + 0.2, 0.48), wood, 0.006)
        for z in (0.09, 0.28):
            box("bedside drawer", (0.43, y - 0.185, z), (0.442, y + 0.185, z + 0.175), wood, 0.004)
            cylinder("bedside knob", (0.442, y, z + 0.09), 0.011, 0.018, materials.brass(), axis="x", sides=16, rounding=0.003)
        if lamp:
            lathe("bedside lamp", [(0, 0.48), (0.07, 0.48), (0.06, 0.495), (0.012, 0.51), (0.012, 0.66), (0, 0.66)], materials.brass(), (0.22, y, 0))
            lathe("bedside shade", [(0.12, 0.64), (0.075, 0.82)], materials.sheer(), (0.22, y, 0))
        else:
            box("bedside book", (0.12, y - 0.1, 0.48), (0.28, y + 0.1, 0.51), materials.plain(0.2, 0.28, 0.4, 0.6), 0.002)


def _wardrobe(x0, x1, y0, y1, height, kind, doors):
    wood, upright = materials.timber(kind), materials.timber(kind, 1.5708)
    box("wardrobe body", (x0, y0 + 0.022, 0.06), (x1, y1, height), upright, 0.003)
    box("wardrobe plinth", (x0 + 0.02, y0 + 0.05, 0), (x1 - 0.02, y1, 0.06), wood)
    box("wardrobe cornice", (x0 - 0.015, y0 - 0.01, height), (x1 + 0.015, y1, height + 0.035), wood, 0.008)
    width = (x1 - x0) / doors
    for k in range(doors):
        a, b = x0 + k * width + 0.0025, x0 + (k + 1) * width - 0.0025
        box("wardrobe door", (a, y0, 0.07), (b, y0 + 0.02, height - 0.005), upright, 0.003)
        box("wardrobe field", (a + 0.06, y0 - 0.006, 0.16), (b - 0.06, y0 + 0.002, height - 0.10), upright, 0.005)
        x = b - 0.035 if k % 2 == 0 else a + 0.035
        box("wardrobe handle", (x - 0.006, y0 - 0.03, 0.98), (x + 0.006, y0 - 0.012, 1.14), materials.brass(), 0.005)
        box("wardrobe handle", (x - 0.005, y0 - 0.014, 1.0), (x + 0.005, y0, 1.02), materials.brass())
        box("wardrobe handle", (x - 0.005, y0 - 0.014, 1.10), (x + 0.005, y0, 1.12), materials.brass())


def _dressing_table():
    wood = materials.timber("cherry")
    box("dressing top", (2.64, 0.62, 0.72), (3.05, 1.52, 0.745), wood, 0.006)
    for y in (0.64, 1.46):
        box("dressing side", (2.66, y, 0), (3.04, y + 0.035, 0.72), wood, 0.003)
    box("dressing drawer", (2.645, 0.68, 0.58), (2.66, 1.46, 0.71), wood, 0.003)
    box("mirror frame", (3.02, 0.72, 0.78), (3.055, 1.42, 1.58), wood, 0.008)
    box("mirror", (3.016, 0.75, 0.81), (3.021, 1.39, 1.55), materials.mirror())
    for y, r, h, tint in ((0.80, 0.022, 0.11, (0.75, 0.55, 0.5)), (0.88, 0.018, 0.08, (0.85, 0.83, 0.8)), (1.31, 0.03, 0.06, (0.35, 0.42, 0.55))):
        cylinder("bottle", (2.90, y, 0.745), r, h, materials.plain(*tint, 0.25), sides=24, rounding=0.006)
    box("stool", (2.28, 0.90, 0.40), (2.60, 1.22, 0.46), materials.fabric("cushion"), 0.02, 3)
    for x in (2.30, 2.55):
        for y in (0.92, 1.17):
            box("stool leg", (x, y, 0), (x + 0.03, y + 0.03, 0.40), wood, 0.003)


def _single_bed():
    wood = materials.timber("pale")
    box("single head", (0.03, 7.30, 0.1), (1.0, 7.36, 0.86), wood, 0.01)
    box("single frame", (0.03, 5.42, 0.16), (1.0, 7.30, 0.32), wood, 0.008)
    box("single foot", (0.03, 5.38, 0.05), (1.0, 5.42, 0.45), wood, 0.01)
    box("single mattress", (0.05, 5.44, 0.32), (0.98, 7.28, 0.47), materials.fabric("sheet"), 0.035, 4)
    duvet(0.07, 5.46, 0.96, 6.72, 0.475, 0.15, materials.linen_print("blue"), 0.05, seed=11)
    pillow(0.50, 7.02, 0.57, 0.64, 0.40, materials.linen_print("blue"), turn=3, lean=-10)


def _desk():
    wood = materials.timber("pale")
    box("desk top", (1.16, 6.72, 0.72), (2.26, 7.22, 0.745), wood, 0.006)
    for x in (1.18, 2.21):
        box("desk side", (x, 6.75, 0), (x + 0.03, 7.20, 0.72), wood, 0.003)
    for z in (0.16, 0.34, 0.52):
        box("desk drawer", (1.84, 6.735, z), (2.20, 6.76, z + 0.165), wood, 0.003)
        cylinder("desk knob", (2.02, 6.715, z + 0.08), 0.012, 0.02, materials.steel(), axis="y", sides=16)
    chair(1.55, 6.52, 12, wood)
    box("desk book", (1.30, 6.86, 0.745), (1.52, 7.14, 0.775), materials.plain(0.50, 0.16, 0.14, 0.6), 0.002)
    box("desk paper", (1.60, 6.80, 0.745), (1.81, 7.09, 0.748), materials.plain(0.88, 0.87, 0.84, 0.8))
    panel("homework", ((1.60, 6.80, 0.7485), (1.81, 6.80, 0.7485), (1.81, 7.09, 0.7485), (1.60, 7.09, 0.7485)), materials.printed("homework", paperwork.homework(), 0.8))
    with placed(2.08, 7.08, 0.745):
        cylinder("desk lamp base", (0, 0, 0), 0.075, 0.02, materials.white_plastic(), rounding=0.006)
        cylinder("desk lamp arm", (0, 0, 0.02), 0.008, 0.36, materials.steel(), sides=12)
        lathe("desk lamp shade", [(0.085, 0.33), (0.045, 0.42), (0, 0.425)], materials.white_plastic(), (-0.05, -0.04, 0))


def _book_shelf():
    wood = materials.timber("pale")
    x0, x1, y0, y1 = 2.33, 2.59, 5.62, 6.52
    for y in (y0, y1 - 0.02):
        box("shelf side", (x0, y, 0), (x1, y + 0.02, 1.62), wood, 0.003)
    box("shelf back", (x1 - 0.008, y0, 0), (x1, y1, 1.62), wood)
    for k, z in enumerate((0.06, 0.42, 0.76, 1.08, 1.36, 1.60)):
        box("shelf board", (x0, y0 + 0.02, z), (x1, y1 - 0.02, z + 0.02), wood, 0.002)
        if k < 4:
            depth, height = x0 + 0.05, (0.27, 0.27, 0.25, 0.22)[k]
            end = y1 - 0.03 - (0.0, 0.18, 0.08, 0.25)[k]
            box("books", (depth + 0.002, y0 + 0.025, z + 0.02), (x1 - 0.03, end, z + 0.02 + height * 0.86), materials.plain(0.85, 0.82, 0.75, 0.8))
            name = f"books {k}"
            panel(name, ((depth, end, z + 0.021), (depth, y0 + 0.025, z + 0.021), (depth, y0 + 0.025, z + 0.02 + height), (depth, end, z + 0.02 + height)),
                  materials.printed(name, paperwork.spines(31 + k), 0.5))
