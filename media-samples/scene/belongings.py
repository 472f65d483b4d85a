"""What people leave lying about: rug, coats, vases, boxes, thermos, cushions, papers on walls."""

import math

import materials
import paperwork
from fittings import framed, pinned
from hall import plant
from mesh import box, carved, cylinder, lathe, panel, placed, sheet, tube
from soft import wobble


def build():
    """Scatter belongings through every room."""
    _living()
    _corridor_and_hall()
    _main_bedroom()
    _second_bedroom()
    _kitchen()
    _bathroom()
    _balcony()


def _rug(x0, y0, x1, y1, cloth, border):
    def spot(u, v):
        x, y = x0 + (x1 - x0) * u, y0 + (y1 - y0) * v
        return (x, y, 0.009 + 0.002 * wobble(x * 4, y * 4, 3))
    sheet("rug", spot, 20, 20, cloth, thickness=0.010, size=(x1 - x0, y1 - y0))
    carved("rug border", (x0 - 0.03, y0 - 0.03, 0.001), (x1 + 0.03, y1 + 0.03, 0.0175), [(x0 + 0.03, y0 + 0.03, x1 - 0.03, y1 - 0.03)], border)


def _vase(x, y, z, tint, height=0.26):
    h = height
    lathe("vase", [(0, 0), (0.05, 0), (0.075, h * 0.3), (0.07, h * 0.55), (0.032, h * 0.82), (0.03, h * 0.92), (0.042, h), (0.038, h), (0.026, h * 0.9), (0.026, h * 0.5), (0, h * 0.5)],
          materials.plain(*tint, 0.12, coat=0.4), (x, y, z))


def _standing_frame(x, y, z, turn, picture, name):
    with placed(x, y, z, turn=turn, pitch=-12):
        box("standing frame", (-0.10, 0.0, 0), (0.10, 0.012, 0.15), materials.timber("walnut"), 0.003)
        panel(name, ((-0.085, -0.001, 0.015), (0.085, -0.001, 0.015), (0.085, -0.001, 0.135), (-0.085, -0.001, 0.135)), materials.printed(name, picture, 0.3))


def _living():
    _rug(4.62, 1.02, 5.86, 2.68, materials.fabric("rug"), materials.fabric("curtain"))
    framed(3.30, 1.40, 1.72, 1.16, 0.38, "+x", paperwork.calligraphy(), "calligraphy")
    _vase(3.50, 2.12, 0.485, (0.34, 0.40, 0.46), 0.24)
    _standing_frame(3.56, 0.68, 0.487, 62, paperwork.portrait(21), "standing photograph")
    box("router", (3.44, 0.78, 0.485), (3.60, 0.93, 0.51), materials.white_plastic(), 0.006)
    for y in (0.80, 0.91):
        cylinder("aerial", (3.44, y, 0.50), 0.005, 0.15, materials.white_plastic(), sides=10)
    # A thermos and a cup with its lid on the dining table, magazines under the low table.
    cylinder("thermos", (6.64, 3.68, 0.75), 0.055, 0.27, materials.plain(0.62, 0.14, 0.14, 0.25), rounding=0.012)
    cylinder("thermos cap", (6.64, 3.68, 1.02), 0.036, 0.06, materials.steel(), rounding=0.01)
    cylinder("mug", (6.10, 3.42, 0.75), 0.038, 0.095, materials.ceramic(), rounding=0.006)
    for k, tint in enumerate(((0.70, 0.62, 0.50), (0.28, 0.40, 0.52), (0.60, 0.22, 0.20), (0.80, 0.80, 0.78))):
        with placed(5.24, 1.86, 0.16 + 0.009 * k, turn=(7, -5, 12, 2)[k]):
            box("magazine", (-0.105, -0.145, 0), (0.105, 0.145, 0.008), materials.plain(*tint, 0.4), 0.001)
    # A folded blanket on the sofa's arm.
    for k in range(3):
        box("blanket", (6.04, 2.56, 0.58 + 0.022 * k), (6.46, 2.74, 0.60 + 0.022 * k), materials.fabric("teal"), 0.009)
    # A standing cupboard with a fern in the corner by the calendar.
    wood = materials.timber("cherry")
    box("corner cupboard", (3.32, 3.42, 0.05), (3.74, 3.87, 0.80), wood, 0.006)
    box("corner cupboard top", (3.31, 3.40, 0.80), (3.76, 3.885, 0.822), wood, 0.005)
    for y in (3.43, 3.647):
        box("corner door", (3.74, y, 0.09), (3.752, y + 0.212, 0.78), wood, 0.003)
    for y in (3.62, 3.672):
        cylinder("corner knob", (3.752, y, 0.46), 0.010, 0.018, materials.brass(), axis="x", sides=16, rounding=0.003)
    lathe("fern pot", [(0, 0), (0.07, 0), (0.095, 0.13), (0.10, 0.15), (0.09, 0.15), (0.086, 0.125), (0, 0.125)], materials.ceramic(), (3.52, 3.64, 0.822))
    plant(3.52, 3.64, 0.93, 34, 0.36, 9.0, 0.028)


def _coat(x, y, z, cloth, width, length, seed):
    """A coat on a hook at (x, y, z), against a wall that faces +x."""
    def spot(u, v):
        side = (u - 0.5) * 2
        spread = width * (0.22 + 0.78 * min(1, (1 - v) * 3.2) ** 0.5) / 2
        fold = 0.022 * math.sin(side * 9 + seed) * (1 - v) + 0.015 * wobble(side * 2, v * 3, seed)
        depth = 0.075 * math.sqrt(max(0.0, 1 - side * side)) * (0.4 + 0.6 * (1 - v))
        return (x + 0.022 + depth + fold, y + side * spread, z - length * (1 - v))
    sheet("coat", spot, 36, 24, cloth, thickness=0.006, size=(width * 1.5, length))


def _corridor_and_hall():
    # A row of hooks on the niche's west wall; the wall's face is at x = 5.94.
    wood = materials.timber("oak")
    box("hook board", (5.94, 5.62, 1.66), (5.958, 6.52, 1.74), wood, 0.004)
    for y in (5.72, 5.94, 6.16, 6.40):
        tube("hook", [(5.958, y, 1.70), (5.99, y, 1.69), (6.005, y, 1.715)], 0.006, materials.brass())
    _coat(5.955, 5.72, 1.70, materials.fabric("mat"), 0.34, 0.86, 1.0)
    _coat(5.955, 6.16, 1.70, materials.fabric("curtain"), 0.36, 0.98, 4.0)
    tube("umbrella", [(5.99, 6.40, 1.68), (5.985, 6.40, 1.05)], 0.022, materials.plain(0.10, 0.13, 0.24, 0.6))
    # Red square on the door, standing on its corner, and a calendar picture in the corridor.
    s = 0.17
    panel("fortune", ((6.803, 4.67, 1.62 - s), (6.803, 4.67 - s, 1.62), (6.803, 4.67, 1.62 + s), (6.803, 4.67 + s, 1.62)), materials.printed("fortune", paperwork.good_fortune(), 0.5),
          ((0, 0), (1, 0), (1, 1), (0, 1)))
    framed(3.45, 4.14, 1.60, 0.66, 0.46, "+y", paperwork.landscape(14), "corridor picture")
    framed(6.22, 4.14, 1.60, 0.42, 0.56, "+y", paperwork.landscape(12), "corridor landscape")
    box("water carton", (2.73, 4.17, 0.001), (3.03, 4.45, 0.30), materials.plain(0.66, 0.52, 0.36, 0.85), 0.004)
    box("carton tape", (2.855, 4.169, 0.0), (2.905, 4.451, 0.3015), materials.plain(0.74, 0.66, 0.50, 0.25))
    for x in (6.50, 6.62):
        cylinder("bottle", (x, 6.42, 1.005), 0.036, 0.23, materials.plain(0.16, 0.24, 0.16, 0.12), sides=24, rounding=0.014)
    box("letters", (6.54, 6.02, 1.005), (6.70, 6.24, 1.016), materials.plain(0.86, 0.84, 0.78, 0.8))
    _rug(4.35, 4.36, 5.55, 4.98, materials.fabric("mat"), materials.fabric("sofa"))


def _main_bedroom():
    card, case = materials.plain(0.64, 0.50, 0.34, 0.85), materials.plain(0.24, 0.12, 0.10, 0.5, bump=0.1, scale=200)
    box("suitcase", (0.42, 3.42, 2.158), (1.05, 3.84, 2.40), case, 0.03, 3)
    box("suitcase handle", (0.66, 3.405, 2.27), (0.81, 3.42, 2.295), materials.dark_plastic(), 0.006)
    box("carton", (1.16, 3.45, 2.158), (1.62, 3.83, 2.42), card, 0.004)
    box("carton tape", (1.36, 3.448, 2.157), (1.42, 3.832, 2.4215), materials.plain(0.72, 0.62, 0.44, 0.3))
    framed(3.06, 2.16, 1.62, 0.34, 0.46, "-x", paperwork.photograph(33), "bedroom photograph")
    _standing_frame(0.24, 2.86, 0.482, -90 + 180, paperwork.portrait(27), "bedside photograph")
    cylinder("alarm clock", (0.16, 2.66, 0.482), 0.045, 0.06, materials.plain(0.36, 0.52, 0.50, 0.3), rounding=0.012)
    _rug(2.10, 1.35, 2.62, 2.35, materials.fabric("sofa"), materials.fabric("curtain"))


def _second_bedroom():
    framed(0.0, 6.10, 1.62, 0.92, 0.62, "+x", paperwork.photograph(41), "poster", materials.timber("pale"), 0.012)
    pinned(1.42, 4.14, 1.50, 0.60, 0.42, "+y", paperwork.photograph(52), "pinned photograph")
    lathe("globe", [(0, 0), (0.06, 0), (0.055, 0.012), (0.01, 0.025), (0.01, 0.05)], materials.dark_plastic(), (2.47, 6.30, 1.62))
    lathe("globe ball", [(0.10 * math.sin(math.pi * k / 16), 0.15 - 0.10 * math.cos(math.pi * k / 16)) for k in range(17)], materials.plain(0.30, 0.46, 0.62, 0.3), (2.47, 6.30, 1.62))
    for k, (y, h) in enumerate(((5.72, 0.20), (5.78, 0.24), (5.83, 0.22), (5.89, 0.19))):
        tint = ((0.20, 0.35, 0.30), (0.62, 0.20, 0.16), (0.80, 0.74, 0.58), (0.22, 0.28, 0.44))[k]
        box("book on the shelf", (2.38, y, 1.38), (2.54, y + 0.045, 1.38 + h * 0.86), materials.plain(*tint, 0.5), 0.002)
    box("carton", (0.10, 4.30, 0.001), (0.58, 4.68, 0.34), materials.plain(0.64, 0.50, 0.34, 0.85), 0.004)
    box("carton", (0.14, 4.33, 0.342), (0.52, 4.64, 0.60), materials.plain(0.68, 0.55, 0.40, 0.85), 0.004)
    tape = materials.plain(0.74, 0.66, 0.50, 0.25)
    box("carton tape", (0.31, 4.299, 0.0), (0.36, 4.681, 0.3415), tape)
    box("carton tape", (0.139, 4.46, 0.34), (0.521, 4.51, 0.6015), tape)
    name = "carton label"
    panel(name, ((0.581, 4.36, 0.10), (0.581, 4.50, 0.10), (0.581, 4.50, 0.20), (0.581, 4.36, 0.20)), materials.printed(name, paperwork.parcel(), 0.6))


def _kitchen():
    steel = materials.steel()
    lathe("kettle", [(0, 0), (0.085, 0), (0.092, 0.02), (0.088, 0.09), (0.06, 0.14), (0.025, 0.152), (0.02, 0.165), (0, 0.168)], steel, (3.0, 6.36, 0.868))
    tube("kettle handle", [(2.94, 6.36, 0.99), (2.94, 6.36, 1.08), (3.06, 6.36, 1.08), (3.06, 6.36, 0.99)], 0.008, materials.dark_plastic())
    tube("kettle spout", [(3.0, 6.43, 0.94), (3.0, 6.49, 0.98), (3.0, 6.51, 1.0)], 0.012, steel)
    # Ladle, turner and sieve on a bar over the worktop of the west wall.
    cylinder("utensil bar", (2.735, 6.60, 1.44), 0.006, 0.62, steel, axis="y", sides=12)
    for k, y in enumerate((6.68, 6.82, 6.96, 7.10)):
        cylinder("utensil", (2.742, y, 1.12), 0.006, 0.31, steel if k % 2 else materials.timber("walnut"), sides=10)
        lathe("utensil bowl", [(0, -0.014), (0.028, -0.006), (0.038, 0.012), (0, 0.006)], steel, (2.755, y, 1.10))
    # Dish rack with plates beside the sink, .
    for k in range(6):
        with placed(4.26, 6.92 + 0.035 * k, 0.925, turn=0, pitch=82):
            lathe("plate", [(0, 0), (0.055, 0.002), (0.088, 0.012), (0.086, 0.016), (0.05, 0.006), (0, 0.004)], materials.ceramic())
    box("dish rack", (4.17, 6.88, 0.831), (4.36, 7.16, 0.842), steel, 0.003)
    cylinder("detergent", (3.46, 7.31, 0.834), 0.03, 0.19, materials.plain(0.85, 0.78, 0.20, 0.25), sides=24, rounding=0.012)
    lathe("waste bin", [(0, 0), (0.09, 0), (0.118, 0.26), (0.124, 0.265), (0.112, 0.26), (0.084, 0.008), (0, 0.008)], materials.plain(0.42, 0.46, 0.48, 0.4), (4.24, 6.56, 0.001))


def _bathroom():
    # A shelf of milky glass with a chrome rail; clear glass could hardly be seen and left the bottles floating.
    box("shelf", (4.508, 6.30, 1.18), (4.63, 6.70, 1.19), materials.plain(0.60, 0.73, 0.69, 0.10, coat=0.4, wear=0.02), 0.002)
    tube("shelf rail", [(4.51, 6.305, 1.225), (4.625, 6.305, 1.225), (4.625, 6.695, 1.225), (4.51, 6.695, 1.225)], 0.004, materials.chrome())
    for y in (6.312, 6.688):
        cylinder("shelf post", (4.625, y, 1.19), 0.0035, 0.035, materials.chrome(), sides=10)
    for k, (y, r, h, tint) in enumerate(((6.36, 0.03, 0.19, (0.85, 0.86, 0.84)), (6.44, 0.027, 0.16, (0.30, 0.52, 0.44)), (6.52, 0.032, 0.13, (0.80, 0.55, 0.60)), (6.61, 0.025, 0.17, (0.88, 0.80, 0.62)))):
        cylinder("shampoo", (4.57, y, 1.19), r, h, materials.plain(*tint, 0.25), sides=24, rounding=0.012)
    for z in (1.17,):
        for y in (6.34, 6.66):
            box("shelf bracket", (4.508, y - 0.008, z), (4.62, y + 0.008, z + 0.010), materials.chrome())
    cylinder("paper roll", (5.80, 6.02, 0.70), 0.055, 0.10, materials.plain(0.88, 0.87, 0.85, 0.9), axis="y", sides=32, rounding=0.004)
    cylinder("paper holder", (5.80, 6.0, 0.70), 0.008, 0.14, materials.chrome(), axis="y", sides=16)
    lathe("brush stand", [(0, 0), (0.05, 0), (0.052, 0.13), (0.044, 0.13), (0.042, 0.01), (0, 0.01)], materials.white_plastic(), (5.74, 6.66, -0.01))
    cylinder("brush", (5.74, 6.66, 0.0), 0.009, 0.36, materials.white_plastic(), sides=12)


def _balcony():
    cylinder("broom stick", (6.74, -0.40, 0.05), 0.012, 1.25, materials.timber("pale"), sides=14)
    box("broom", (6.70, -0.58, -0.015), (6.78, -0.34, 0.10), materials.plain(0.62, 0.52, 0.28, 0.9), 0.01)
    box("stool top", (5.66, -0.62, 0.40), (5.98, -0.36, 0.43), materials.timber("oak"), 0.006)
    for x in (5.68, 5.93):
        for y in (-0.60, -0.41):
            box("stool leg", (x, y, -0.02), (x + 0.03, y + 0.03, 0.40), materials.timber("oak"), 0.004)
