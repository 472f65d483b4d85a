"""Things on every wall: radiators and pipes, switches, sockets, frames, meters, vents."""

import materials
import paperwork
from mesh import box, cylinder, lathe, panel, placed, tube


def build():
    """Heating, electrics and what hangs on the walls."""
    _radiators()
    _switches()
    _wall_pieces()
    _meter_box()


def radiator(x0, x1, y, riser, sections=None, height=0.60, base=0.12):
    """Steel column radiator along x, standing in front of the wall at y; its pipes rise at `riser`, beside the window."""
    paint = materials.radiator_paint()
    count = sections or int((x1 - x0) / 0.06)
    step = (x1 - x0) / count
    for k in range(count):
        x = x0 + (k + 0.5) * step
        for dy in (-0.028, 0.028):
            cylinder("radiator column", (x, y + dy, base + 0.03), 0.0125, height - 0.06, paint, sides=12)
        for z in (base + 0.03, base + height - 0.03):
            box("radiator head", (x - step * 0.46, y - 0.045, z - 0.028), (x + step * 0.46, y + 0.045, z + 0.028), paint, 0.016, 3)
    for z in (base + 0.03, base + height - 0.03):
        cylinder("radiator header", (x0, y, z), 0.017, x1 - x0, paint, axis="x", sides=16)
    tube("radiator pipe", [(x1, y, base + height - 0.03), (riser, y, base + height - 0.03), (riser, y, 2.62)], 0.011, paint)
    tube("radiator pipe", [(x1, y, base + 0.03), (riser + 0.06, y, base + 0.03), (riser + 0.06, y, 2.62)], 0.011, paint)
    tube("radiator pipe", [(riser + 0.06, y, base + 0.03), (riser + 0.06, y, 0)], 0.011, paint)


def _radiators():
    radiator(0.85, 2.05, 0.085, 2.54)
    radiator(4.55, 5.75, 0.085, 6.34)
    radiator(0.85, 1.85, 7.31, 2.26)


def _plate(x, y, z, facing, rocker=True):
    """A switch (or socket) plate on a wall that faces +x, -x, +y or -y."""
    turn = {"+x": 90, "-x": -90, "+y": 180, "-y": 0}[facing]
    with placed(x, y, z, turn=turn):
        box("plate", (-0.043, -0.009, -0.043), (0.043, 0, 0.043), materials.white_plastic(), 0.004)
        if rocker:
            box("rocker", (-0.02, -0.013, -0.026), (0.02, -0.008, 0.026), materials.white_plastic(), 0.003)
        else:
            for dx, dz in ((-0.012, -0.012), (0.012, -0.012), (0, 0.016)):
                box("socket slit", (dx - 0.002, -0.0095, dz - 0.005), (dx + 0.002, -0.0088, dz + 0.005), materials.dark_plastic())


def _switches():
    for x, y, z, facing in ((6.8, 4.17, 1.32, "-x"), (4.15, 3.9, 1.32, "-y"), (3.06, 2.74, 1.32, "-x"), (3.3, 2.74, 1.32, "+x"),
                            (3.40, 5.2, 1.32, "-y"), (5.46, 5.2, 1.32, "-y"), (2.7, 5.16, 1.32, "+x")):
        _plate(x, y, z, facing)
    for x, y, z, facing in ((3.3, 2.55, 0.32, "+x"), (6.8, 3.0, 0.32, "-x"), (0.0, 0.8, 0.55, "+x"), (3.06, 1.75, 0.32, "-x"),
                            (2.6, 6.7, 0.32, "-x"), (4.39, 6.55, 1.2, "-x"), (2.71, 5.55, 1.2, "+x")):
        _plate(x, y, z, facing, rocker=False)


def framed(x, y, z, width, height, facing, picture, name, wood=None, border=0.022):
    """A picture in a frame; (x, y, z) is the middle of its back on the wall."""
    turn = {"+x": 90, "-x": -90, "+y": 180, "-y": 0}[facing]
    wood = wood or materials.timber("walnut")
    w, h, b = width / 2, height / 2, border
    with placed(x, y, z, turn=turn):
        for lo, hi in (((-w - b, -h - b), (-w, h + b)), ((w, -h - b), (w + b, h + b)), ((-w, -h - b), (w, -h)), ((-w, h), (w, h + b))):
            box("picture frame", (lo[0], -0.024, lo[1]), (hi[0], -0.001, hi[1]), wood, 0.003)
        panel(name, ((-w, -0.012, -h), (w, -0.012, -h), (w, -0.012, h), (-w, -0.012, h)), materials.printed(name, picture, 0.35))


def pinned(x, y, z, width, height, facing, picture, name):
    """A sheet of paper stuck to a wall."""
    turn = {"+x": 90, "-x": -90, "+y": 180, "-y": 0}[facing]
    w, h = width / 2, height / 2
    with placed(x, y, z, turn=turn):
        panel(name, ((-w, -0.003, -h), (w, -0.003, -h), (w, -0.003, h), (-w, -0.003, h)), materials.printed(name, picture, 0.55))


def _wall_pieces():
    framed(6.80, 1.30, 1.62, 0.90, 0.60, "-x", paperwork.landscape(3), "landscape")
    framed(6.80, 2.25, 1.70, 0.42, 0.32, "-x", paperwork.photograph(5), "lake photograph")
    pinned(3.82, 3.90, 1.58, 0.36, 0.52, "-y", paperwork.calendar(), "calendar")
    pinned(2.60, 6.05, 1.95, 0.52, 0.37, "-x", paperwork.award(), "award")
    pinned(2.60, 6.62, 1.95, 0.52, 0.37, "-x", paperwork.award(), "award second")
    framed(0.0, 1.78, 1.72, 0.62, 0.42, "+x", paperwork.portrait(9), "wedding photograph", materials.brass())
    with placed(6.12, 3.90, 1.98):
        box("clock rim", (-0.15, -0.035, -0.15), (0.15, 0, 0.15), materials.timber("walnut"), 0.012, 3)
        panel("clock dial", ((-0.135, -0.0365, -0.135), (0.135, -0.0365, -0.135), (0.135, -0.0365, 0.135), (-0.135, -0.0365, 0.135)), materials.printed("clock dial", paperwork.clock(), 0.3))
    # The damp stain under the ceiling of the second bedroom, beside the window.
    stain = materials.decal("damp stain", *materials.computed(materials.textures.damp_stain, (768, 768), 201))
    panel("damp stain", ((2.598, 7.39, 1.75), (2.598, 6.55, 1.75), (2.598, 6.55, 2.60), (2.598, 7.39, 2.60)), stain)
    # On the window's wall only what lies beside the hole.
    left = (2.16 - 1.85) / (2.595 - 1.85)
    panel("damp stain", ((2.16, 7.398, 1.95), (2.595, 7.398, 1.95), (2.595, 7.398, 2.60), (2.16, 7.398, 2.60)), stain, ((left, 0), (1, 0), (1, 1), (left, 1)))


def _meter_box():
    """Electric box by the entrance."""
    with placed(6.80, 5.38, 1.72, turn=-90):
        box("meter box", (-0.17, -0.07, -0.22), (0.17, 0, 0.22), materials.plain(0.78, 0.78, 0.76, 0.4), 0.006)
        panel("meter plate", ((-0.12, -0.0712, 0.0), (0.12, -0.0712, 0.0), (0.12, -0.0712, 0.17), (-0.12, -0.0712, 0.17)), materials.printed("meter plate", paperwork.meter(), 0.3))
        for k in range(5):
            box("breaker", (-0.11 + k * 0.045, -0.082, -0.14), (-0.074 + k * 0.045, -0.07, -0.05), materials.dark_plastic(), 0.003)
