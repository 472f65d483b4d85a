"""What the windows show: courtyards with tiled roofs, trees, the block across the lane."""

import math

import materials
from mathutils import Vector
from mesh import box, panel, placed, prism, sheet, tube
from plan import FLOOR_ABOVE_COURTYARD

GROUND = -FLOOR_ABOVE_COURTYARD


def build():
    """South: a courtyard and rows of roofs. North: a lane, roofs, a brick block."""
    panel("ground", ((-2500, -2500, GROUND), (2500, -2500, GROUND), (2500, 2500, GROUND), (-2500, 2500, GROUND)), materials.plain(0.45, 0.44, 0.42, 0.95))
    panel("court", ((-6, -16, GROUND + 0.02), (14, -16, GROUND + 0.02), (14, -2, GROUND + 0.02), (-6, -2, GROUND + 0.02)), materials.paving(), ((0, 0), (20, 0), (20, 14), (0, 14)))
    house(4, -19.5, 15, 5.2, 0)
    house(-10, -11, 11, 4.8, 90)
    house(17, -11, 11, 4.8, 90)
    for row in range(4):
        for k in range(4):
            house(-26 + k * 17 + row * 3, -31 - row * 11, 14, 5.4, 0)
    for k in range(4):
        house(-20 + k * 16, 19, 13, 5.2, 0)
    _block(-34, 34, 46, 17)
    _block(-50, -78, 60, 15)
    _far_city()
    tree(8.2, -9.5, 8.6, 3)
    tree(-2.5, -13.0, 7.2, 7)
    tree(1.0, 13.5, 9.0, 11)
    tree(20, -26, 8.5, 13)


def house(x, y, length, depth, turn):
    """A grey-brick courtyard house under a tiled roof with a ridge."""
    wall, rise = 2.9, 1.75
    with placed(x, y, GROUND, turn=turn):
        box("house wall", (-length / 2, -depth / 2, 0), (length / 2, depth / 2, wall), materials.grey_brick())
        prism("house gable", [(-depth / 2, wall), (depth / 2, wall), (0, wall + rise)], length, materials.grey_brick(), axis="x", at=-length / 2)
        red = materials.plain(0.42, 0.13, 0.09, 0.5)
        for k in range(int(length / 3.2)):
            a = -length / 2 + 0.8 + k * 3.2
            for face in (-1, 1):
                box("house front", (a, face * depth / 2, 0.8), (a + 2.0, face * (depth / 2 + 0.04), 2.5), red)
                for m in (0.08, 0.72, 1.36):
                    box("house pane", (a + m, face * (depth / 2 + 0.035), 1.0), (a + m + 0.56, face * (depth / 2 + 0.05), 2.4), materials.black_gloss())
        pitch = 0.24
        for side in (-1, 1):
            def slope(u, v, side=side):
                along = -length / 2 - 0.25 + (length + 0.5) * u
                wave = abs(math.sin(math.pi * along / pitch))
                run = (depth / 2 + 0.45) * v
                lift = rise + wall + 0.10 - run * rise / (depth / 2) + 0.10 * (v - 0.5) ** 2
                return (along, side * run, lift + 0.07 * wave)
            sheet("roof", slope, int((length + 0.5) / pitch * 6), 6, materials.roof_tile(), size=(length, depth * 0.6))
        box("ridge", (-length / 2 - 0.3, -0.14, wall + rise), (length / 2 + 0.3, 0.14, wall + rise + 0.34), materials.roof_tile(), 0.05)


def _block(x, y, length, height):
    """A brick block of flats: panes of every age, curtains, some air conditioners."""
    import random
    dice = random.Random(length)
    panes = [materials.black_gloss(), materials.plain(0.20, 0.24, 0.27, 0.06), materials.plain(0.36, 0.38, 0.38, 0.12), materials.plain(0.66, 0.63, 0.56, 0.3)]
    sill, frame, machine = materials.plain(0.6, 0.59, 0.56, 0.8), materials.plain(0.74, 0.74, 0.72, 0.5), materials.plain(0.78, 0.78, 0.75, 0.5)
    with placed(x, y, GROUND):
        box("block", (0, 0, 0), (length, 10, height), materials.red_brick())
        box("block band", (-0.15, -0.2, height - 0.5), (length + 0.15, 10.2, height), sill)
        for face, out in ((0.0, -1), (10.0, 1)):
            for storey in range(int(height / 2.8)):
                for k in range(int(length / 3.2)):
                    a, z = 0.8 + k * 3.2, 1.0 + storey * 2.8
                    box("block frame", (a - 0.06, face, z - 0.06), (a + 1.56, face + out * 0.05, z + 1.46), frame)
                    for half in (0, 0.76):
                        box("block window", (a + half + 0.02, face, z + 0.02), (a + half + 0.72, face + out * 0.06, z + 1.38), dice.choice(panes))
                    box("block sill", (a - 0.12, face, z - 0.12), (a + 1.62, face + out * 0.14, z - 0.05), sill)
                    if dice.random() < 0.3:
                        box("block air conditioner", (a + 1.72, face, z - 0.05), (a + 2.5, face + out * 0.32, z + 0.5), machine, 0.03)


def _far_city():
    """Blocks towards the horizon, paler with distance as haze makes them."""
    import random
    dice = random.Random(5)
    for k in range(90):
        angle, away = 2 * math.pi * (k + dice.uniform(-0.4, 0.4)) / 90, dice.choice((230, 300, 400, 520, 700)) * dice.uniform(0.9, 1.2)
        haze = 1 - math.exp(-away / 380)
        tint = [round(c * (1 - haze) + h * haze, 3) for c, h in zip(dice.choice(((0.50, 0.40, 0.35), (0.55, 0.54, 0.52), (0.62, 0.58, 0.52))), (0.66, 0.70, 0.75))]
        with placed(away * math.sin(angle), away * math.cos(angle), GROUND, turn=dice.choice((0, 90))):
            length, height = dice.uniform(25, 60), dice.choice((14, 17, 17, 20, 44)) * (1 if away > 420 else 0.8)
            box("far block", (-length / 2, -6, 0), (length / 2, 6, height), materials.plain(*tint, 0.9, wear=0.0))
            glass = materials.plain(*[round(c * 0.88, 3) for c in tint], 0.6, wear=0.0)
            for storey in range(int(height / 3)):
                box("far windows", (-length / 2 + 1, -6.05, 1.1 + 3 * storey), (length / 2 - 1, 6.05, 2.4 + 3 * storey), glass)


def tree(x, y, height, seed):
    """A scholar tree: a few forks and clouds of leaflets."""
    import random
    dice = random.Random(seed)
    tips = []

    def grow(base, way, length, radius, depth):
        tip = base + way * length
        bend = (base + tip) / 2 + Vector((dice.uniform(-1, 1), dice.uniform(-1, 1), 0)) * length * 0.06
        tube("branch", [base[:], bend[:], tip[:]], radius, materials.bark(), round_corners=False)
        if depth == 0 or radius < 0.02:
            tips.append(tip)
            return
        for _ in range(3):
            turn = Vector((dice.uniform(-1, 1), dice.uniform(-1, 1), dice.uniform(-0.1, 0.6)))
            grow(tip, (way * 0.9 + turn * 0.75).normalized(), length * 0.72, radius * 0.58, depth - 1)

    grow(Vector((x, y, GROUND)), Vector((0.03, 0.02, 1)), height * 0.34, 0.20, 4)
    import bmesh
    from mesh import finish
    shape = bmesh.new()
    for tip in tips:
        for _ in range(120):
            p = tip + Vector((dice.gauss(0, 0.36), dice.gauss(0, 0.36), dice.gauss(0, 0.26)))
            a = Vector((dice.gauss(0, 1), dice.gauss(0, 1), dice.gauss(0, 0.5))).normalized() * dice.uniform(0.045, 0.075)
            b = a.cross(Vector((dice.gauss(0, 1), dice.gauss(0, 1), dice.gauss(0, 1)))).normalized() * dice.uniform(0.02, 0.032)
            shape.faces.new([shape.verts.new((p + v)[:]) for v in (-a, b, a, -b)])
    finish("leaves", shape, materials.leaf(0.27, 0.40, 0.14), unwrap=False)
