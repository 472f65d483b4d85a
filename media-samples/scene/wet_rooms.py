"""Kitchen and bathroom."""

import math

import materials
import paperwork
from fittings import pinned
from mesh import box, carved, cylinder, lathe, panel, placed, sheet, tube
from soft import curtain, towel


def build():
    """Fit out kitchen and bathroom."""
    _counter()
    _hob_and_hood()
    _kitchen_things()
    _gas()
    _toilet()
    _basin()
    _shower()


def _counter():
    white, top = materials.white_lacquer(), materials.plain(0.30, 0.29, 0.28, 0.22, bump=0.03, scale=300)
    x0, y1 = 2.71, 7.39
    box("plinth", (x0, 5.32, 0), (3.20, y1, 0.09), materials.dark_plastic())
    box("plinth", (3.20, 6.90, 0), (4.38, y1, 0.09), materials.dark_plastic())
    box("counter body", (x0, 5.32, 0.09), (3.22, y1, 0.79), white, 0.002)
    box("counter body", (3.22, 6.88, 0.09), (4.38, y1, 0.66), white, 0.002)
    box("counter body", (3.22, 6.88, 0.66), (4.38, 6.90, 0.79), white, 0.002)
    box("worktop", (x0, 5.31, 0.79), (3.27, y1, 0.83), top, 0.006)
    carved("worktop", (3.27, 6.83, 0.79), (4.39, y1, 0.83), [(3.52, 6.92, 4.16, 7.28)], top)
    for k in range(3):
        y = 5.335 + k * 0.50
        box("kitchen door", (3.22, y, 0.11), (3.238, y + 0.49, 0.77), white, 0.003)
        box("kitchen handle", (3.238, y + 0.38, 0.60), (3.255, y + 0.40, 0.74), materials.steel(), 0.004)
    for k in range(2):
        x = 3.28 + k * 0.55
        box("kitchen door", (x, 6.862, 0.11), (x + 0.54, 6.88, 0.77), white, 0.003)
        hx = x + 0.48 if k == 0 else x + 0.05
        box("kitchen handle", (hx, 6.845, 0.60), (hx + 0.02, 6.862, 0.74), materials.steel(), 0.004)
    steel = materials.steel()
    carved("sink rim", (3.50, 6.90, 0.828), (4.18, 7.30, 0.834), [(3.54, 6.94, 4.14, 7.26)], steel)
    for lo, hi in (((3.54, 6.94, 0.66), (4.14, 7.26, 0.665)), ((3.535, 6.94, 0.66), (3.54, 7.26, 0.83)), ((4.14, 6.94, 0.66), (4.145, 7.26, 0.83)),
                   ((3.54, 6.935, 0.66), (4.14, 6.94, 0.83)), ((3.54, 7.26, 0.66), (4.14, 7.265, 0.83))):
        box("sink", lo, hi, steel)
    cylinder("sink drain", (3.84, 7.10, 0.665), 0.045, 0.004, materials.chrome(), sides=24)
    tube("tap", [(3.84, 7.31, 0.83), (3.84, 7.31, 1.06), (3.84, 7.22, 1.10), (3.84, 7.12, 1.06), (3.84, 7.12, 1.02)], 0.012, materials.chrome())
    box("tap lever", (3.86, 7.30, 0.87), (3.93, 7.32, 0.885), materials.chrome(), 0.005)
    # Wall cupboards on the west wall, either side of the hood.
    for y0, y1, doors in ((5.32, 5.80, 1), (6.55, 7.38, 2)):
        box("wall cupboard", (2.71, y0, 1.55), (3.02, y1, 2.24), white, 0.002)
        width = (y1 - y0) / doors
        for k in range(doors):
            box("wall cupboard door", (3.02, y0 + k * width + 0.003, 1.555), (3.038, y0 + (k + 1) * width - 0.003, 2.235), white, 0.003)
            box("wall cupboard handle", (3.038, y0 + k * width + 0.04, 1.60), (3.054, y0 + k * width + 0.055, 1.72), steel, 0.004)


def _hob_and_hood():
    glassy, steel, black = materials.black_gloss(), materials.steel(), materials.dark_plastic()
    box("hob", (2.80, 5.84, 0.83), (3.20, 6.54, 0.84), glassy, 0.004)
    for y in (6.02, 6.36):
        cylinder("burner", (3.0, y, 0.84), 0.055, 0.018, materials.brass(), sides=32, rounding=0.006)
        lathe("burner ring", [(0.09, 0.84), (0.10, 0.845), (0.09, 0.85)], steel, (3.0, y, 0))
        for k in range(4):
            with placed(3.0, y, 0.84, turn=90 * k + 45):
                box("pan support", (0.05, -0.006, 0.0), (0.115, 0.006, 0.028), black, 0.003)
        cylinder("hob knob", (3.16, y, 0.84), 0.017, 0.02, steel, sides=20, rounding=0.004)
    box("hood", (2.71, 5.83, 1.62), (3.14, 6.53, 1.70), steel, 0.01)
    box("hood body", (2.71, 5.93, 1.70), (2.98, 6.43, 1.95), steel, 0.02)
    box("hood duct", (2.71, 6.06, 1.95), (2.93, 6.30, 2.42), steel, 0.005)
    with placed(3.0, 6.02, 0.868):
        lathe("wok", [(0, 0), (0.08, 0.008), (0.15, 0.06), (0.17, 0.09), (0.165, 0.09), (0.145, 0.062), (0.075, 0.012), (0, 0.005)], black)
        tube("wok handle", [(0.16, -0.02, 0.085), (0.30, -0.05, 0.12), (0.36, -0.06, 0.13)], 0.013, materials.timber("walnut"))


def _kitchen_things():
    box("rice cooker", (2.78, 5.42, 0.83), (3.04, 5.70, 1.05), materials.white_plastic(), 0.06, 4)
    cylinder("rice cooker lid", (2.91, 5.56, 1.05), 0.04, 0.02, materials.dark_plastic(), rounding=0.006)
    board = materials.timber("pale")
    with placed(2.76, 6.70, 0.83, roll=10):
        box("chopping board", (0, 0, 0), (0.025, 0.36, 0.28), board, 0.006)
    for k, (text, tint) in enumerate((("米", (196, 40, 36)), ("盐", (50, 90, 150)), ("糖", (230, 190, 80)))):
        x = 2.80
        y = 7.06 + k * 0.10
        box("packet", (x, y, 0.83), (x + 0.06, y + 0.085, 1.0), materials.plain(*(c / 255 for c in tint), 0.5), 0.003)
        panel(f"packet {k}", ((x + 0.061, y, 0.83), (x + 0.061, y + 0.085, 0.83), (x + 0.061, y + 0.085, 1.0), (x + 0.061, y, 1.0)), materials.printed(f"packet {k}", paperwork.packet(text, tint), 0.4))
    for k, (r, h, tint) in enumerate(((0.033, 0.24, (0.25, 0.10, 0.05)), (0.03, 0.20, (0.75, 0.62, 0.2)), (0.035, 0.22, (0.15, 0.22, 0.12)))):
        cylinder("bottle", (3.32 + 0.09 * k, 7.32, 0.83), r, h, materials.plain(*tint, 0.15), sides=24, rounding=0.012)
    pinned(4.392, 5.78, 1.62, 0.24, 0.32, "-x", paperwork.notice(), "gas notice")


def _gas():
    """Yellow-grey gas pipe and meter in the corner."""
    pipe = materials.plain(0.75, 0.72, 0.62, 0.4)
    tube("gas riser", [(4.34, 7.34, 0), (4.34, 7.34, 2.42)], 0.016, pipe)
    box("gas meter", (4.20, 7.26, 1.35), (4.34, 7.38, 1.58), materials.plain(0.68, 0.69, 0.70, 0.4), 0.015, 3)
    tube("gas branch", [(4.34, 7.34, 1.68), (4.24, 7.34, 1.68), (4.24, 7.32, 1.58)], 0.012, pipe)


def _toilet():
    white = materials.ceramic()
    with placed(5.83, 6.38, 0, turn=90):
        box("cistern", (-0.19, 0.01, 0.38), (0.19, 0.19, 0.76), white, 0.03, 4)
        box("cistern lid", (-0.20, 0.005, 0.76), (0.20, 0.20, 0.79), white, 0.012, 3)
        cylinder("flush", (0, 0.10, 0.79), 0.022, 0.01, materials.chrome(), sides=24, rounding=0.003)
        lathe("bowl", [(0, 0), (0.115, 0), (0.12, 0.10), (0.14, 0.22), (0.185, 0.36), (0.19, 0.395), (0.16, 0.40), (0.135, 0.36), (0.09, 0.24), (0, 0.2)], white, (0, 0.40, 0), 48, "z", (0.95, 1.25))
        lathe("seat", [(0.12, 0.40), (0.185, 0.40), (0.19, 0.413), (0.185, 0.42), (0.125, 0.42), (0.12, 0.413), (0.12, 0.40)], materials.white_plastic(), (0, 0.40, 0), 48, "z", (0.98, 1.25))
        with placed(0, 0.19, 0.42, pitch=-8):
            box("seat lid", (-0.18, -0.01, 0), (0.18, 0.008, 0.42), materials.white_plastic(), 0.006)


def _basin():
    white = materials.ceramic()
    with placed(5.83, 5.72, 0, turn=90):
        box("basin cabinet", (-0.26, 0.01, 0.30), (0.26, 0.40, 0.78), materials.white_lacquer(), 0.004)
        for x in (-0.255, 0.005):
            box("basin door", (x, 0.40, 0.31), (x + 0.25, 0.416, 0.77), materials.white_lacquer(), 0.003)
        lathe("basin", [(0, 0.79), (0.10, 0.79), (0.20, 0.845), (0.235, 0.87), (0.25, 0.875), (0.26, 0.865), (0.24, 0.82), (0.20, 0.78)], white, (0, 0.23, 0), 48, "z", (1.05, 0.80))
        box("basin slab", (-0.28, 0.005, 0.78), (0.28, 0.43, 0.80), white, 0.008)
        tube("basin tap", [(0, 0.06, 0.80), (0, 0.06, 0.95), (0, 0.12, 0.98), (0, 0.18, 0.95)], 0.012, materials.chrome())
        box("mirror cabinet", (-0.26, 0.0, 1.20), (0.26, 0.11, 1.80), materials.white_lacquer(), 0.004)
        box("bathroom mirror", (-0.25, 0.11, 1.21), (0.25, 0.114, 1.79), materials.mirror())
        cylinder("tooth mug", (0.20, 0.10, 0.80), 0.033, 0.09, materials.plain(0.45, 0.60, 0.72, 0.3), sides=24)
        tube("toothbrush", [(0.20, 0.10, 0.81), (0.215, 0.115, 0.98)], 0.005, materials.plain(0.8, 0.3, 0.3, 0.3))
    towel(4.56, 5.98, 1.45, 0.34, 0.42, materials.fabric("towel"), along="y")
    cylinder("towel bar", (4.56, 5.75, 1.45), 0.009, 0.5, materials.chrome(), axis="y", sides=16)


def _shower():
    chrome = materials.chrome()
    tube("shower rail", [(4.62, 7.36, 0.95), (4.62, 7.33, 1.0), (4.62, 7.33, 1.95), (4.72, 7.24, 2.0)], 0.010, chrome)
    with placed(4.74, 7.22, 1.98, pitch=20):
        cylinder("shower head", (0, 0, -0.02), 0.06, 0.02, chrome, sides=32, rounding=0.006)
    box("shower mixer", (4.54, 7.30, 0.98), (4.70, 7.36, 1.03), chrome, 0.012)
    cylinder("shower bar", (4.51, 6.78, 2.02), 0.012, 1.32, chrome, axis="x", sides=16)
    curtain(5.10, 5.80, 6.78, 2.0, 0.10, materials.sheer(0.80, 0.87, 0.90, 0.12), 8, 0.035, seed=15)
    box("water heater", (5.20, 7.12, 1.70), (5.82, 7.38, 2.06), materials.white_plastic(), 0.10, 5)
    cylinder("floor drain", (4.85, 7.0, -0.012), 0.05, 0.004, materials.steel(), sides=32)
    lathe("bucket", [(0.10, 0), (0.13, 0.24), (0.137, 0.245), (0.126, 0.24), (0.098, 0.006), (0, 0.006)], materials.plain(0.70, 0.20, 0.18, 0.35), (4.68, 6.62, -0.01))
