"""The flat as axis-aligned boxes with materials: walls cut by their openings, leaves, frames, furniture."""

import math
import pathlib
import sys
from dataclasses import dataclass

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "scene"))
import plan  # noqa: E402


@dataclass(frozen=True)
class Solid:
    """Corners in metres (x east, y north, z up) and what it is made of."""

    low: tuple
    high: tuple
    material: str


def box(x0, y0, z0, x1, y1, z1, material):
    """A box from two corners in any order."""
    low = (min(x0, x1), min(y0, y1), min(z0, z1))
    high = (max(x0, x1), max(y0, y1), max(z0, z1))
    return Solid(low, high, material)


def across(wall, start, end, z0, z1, material, near=None, far=None):
    """A piece of a wall, or of something that stands in its opening."""
    near, far = wall.near if near is None else near, wall.far if far is None else far
    if wall.along == "x":
        return box(start, near, z0, end, far, z1, material)
    return box(near, start, z0, far, end, z1, material)


def walls():
    """The walls around their openings."""
    for wall in plan.WALLS:
        at = wall.start
        for hole in sorted(wall.openings, key=lambda hole: hole.start):
            if hole.start > at:
                yield across(wall, at, hole.start, 0, plan.CEILING, "wall")
            if hole.sill > 0:
                yield across(wall, hole.start, hole.end, 0, hole.sill, "wall")
            yield across(wall, hole.start, hole.end, hole.head, plan.CEILING, "wall")
            at = hole.end
        yield across(wall, at, wall.end, 0, plan.CEILING, "wall")


def frames():
    """Window frames with mullions, window sills, door frames."""
    for wall in plan.WALLS:
        middle = (wall.near + wall.far) / 2
        for hole in wall.openings:
            if hole.key.startswith("window") or hole.key == "door_balcony":
                bars = 3 if hole.end - hole.start > 1.3 else 2
                near, far = middle - 0.03, middle + 0.03
                for i in range(bars + 1):
                    x = hole.start + (hole.end - hole.start) * i / bars
                    x = min(max(x, hole.start + 0.03), hole.end - 0.03)
                    yield across(wall, x - 0.03, x + 0.03, hole.sill, hole.head, "frame", near, far)
                for z in (hole.sill + 0.03, hole.head - 0.03, hole.head - 0.45):
                    yield across(wall, hole.start, hole.end, z - 0.03, z + 0.03, "frame", near, far)
                if hole.sill > 0:
                    yield across(
                        wall, hole.start - 0.04, hole.end + 0.04, hole.sill - 0.03, hole.sill, "stone",
                        wall.near - 0.05, wall.far + 0.05,
                    )
            elif hole.key.startswith("door"):
                near, far = wall.near - 0.015, wall.far + 0.015
                for a, b in ((hole.start, hole.start + 0.05), (hole.end - 0.05, hole.end)):
                    yield across(wall, a, b, 0, hole.head, "oak", near, far)
                yield across(wall, hole.start, hole.end, hole.head - 0.05, hole.head + 0.05, "oak", near, far)


def skirting():
    """Skirting boards along the walls of the dry rooms."""
    for key in ("living", "bedroom_main", "bedroom_second", "corridor", "hall"):
        room = plan.room(key)
        holes = [(wall, hole) for wall in plan.WALLS for hole in wall.openings if hole.sill == 0]
        for along, at, a0, a1, inward in (
            ("x", room.y0, room.x0, room.x1, 1), ("x", room.y1, room.x0, room.x1, -1),
            ("y", room.x0, room.y0, room.y1, 1), ("y", room.x1, room.y0, room.y1, -1),
        ):
            cuts = sorted(
                (hole.start, hole.end) for wall, hole in holes
                if wall.along == along and min(abs(wall.near - at), abs(wall.far - at)) < 0.05
            )
            position = a0
            for start, end in [*cuts, (a1, a1)]:
                if start > position:
                    if along == "x":
                        yield box(position, at, 0, min(start, a1), at + inward * 0.015, 0.08, "oak")
                    else:
                        yield box(at, position, 0, at + inward * 0.015, min(start, a1), 0.08, "oak")
                position = max(position, end)


def leaves():
    """Door leaves, open, and the closed door of the flat."""
    yield box(6.83, 4.27, 0, 6.88, 5.07, 2.0, "door")
    yield box(3.30, 2.86, 0, 4.08, 2.90, 2.0, "oakdoor")
    yield box(2.72, 4.24, 0, 2.76, 4.25, 2.0, "oakdoor")
    yield box(1.86, 4.24, 0, 2.60, 4.28, 2.0, "oakdoor")
    yield box(3.50, 5.30, 0, 3.54, 6.02, 2.0, "oakdoor")
    yield box(5.30, 5.30, 0, 5.34, 5.98, 2.0, "oakdoor")


def legs(x0, y0, x1, y1, height, material, thick=0.05):
    """Four legs."""
    for x in (x0, x1 - thick):
        for y in (y0, y1 - thick):
            yield box(x, y, 0, x + thick, y + thick, height, material)


def living():
    """Sofa, low table, television on its board, dining table, shelves, pictures, plant."""
    yield box(5.95, 0.75, 0.08, 6.80, 2.95, 0.42, "sofa")
    yield box(6.55, 0.75, 0.42, 6.80, 2.95, 0.86, "sofa")
    yield box(5.95, 0.60, 0.08, 6.80, 0.76, 0.60, "sofa")
    yield box(5.95, 2.94, 0.08, 6.80, 3.10, 0.60, "sofa")
    for y, material in ((0.92, "cushion"), (2.42, "cushion2")):
        yield box(6.38, y, 0.43, 6.56, y + 0.42, 0.82, material)
    yield box(4.95, 1.10, 0.36, 5.50, 2.15, 0.41, "walnut")
    yield from legs(4.97, 1.12, 5.48, 2.13, 0.36, "walnut")
    yield box(5.05, 1.35, 0.41, 5.27, 1.65, 0.44, "book")
    yield box(5.07, 1.38, 0.44, 5.25, 1.60, 0.47, "book2")
    yield box(5.20, 1.90, 0.41, 5.28, 1.98, 0.55, "vase")
    yield box(3.30, 0.95, 0.12, 3.70, 2.65, 0.48, "walnut")
    yield box(3.36, 1.25, 0.52, 3.41, 2.35, 1.16, "screen")
    yield box(3.38, 1.65, 0.48, 3.48, 1.95, 0.54, "black")
    yield box(4.35, 0.45, 0.005, 5.85, 3.05, 0.015, "rug")
    yield box(3.55, 3.20, 0.70, 4.15, 3.85, 0.74, "oak")
    yield from legs(3.57, 3.22, 4.13, 3.83, 0.70, "oak")
    yield box(4.20, 3.30, 0.42, 4.56, 3.70, 0.46, "oak")
    yield from legs(4.21, 3.31, 4.55, 3.69, 0.42, "oak", 0.035)
    yield box(4.53, 3.30, 0.46, 4.56, 3.70, 0.88, "oak")
    for z in (0.0, 0.42, 0.84, 1.26, 1.68, 2.06):
        yield box(6.20, 3.58, z, 6.80, 3.90, z + 0.03, "walnut")
    for x in (6.20, 6.77):
        yield box(x, 3.58, 0, x + 0.03, 3.90, 2.09, "walnut")
    for i in range(34):
        shelf, place = divmod(i, 9)
        height = 0.20 + 0.11 * ((i * 37) % 10) / 10
        z = 0.45 + 0.42 * shelf
        x = 6.25 + 0.056 * place
        yield box(x, 3.66, z, x + 0.045, 3.86, z + height, f"spine{i % 6}")
    yield box(6.76, 1.15, 1.25, 6.80, 1.75, 1.75, "picture")
    yield box(6.76, 1.95, 1.30, 6.80, 2.40, 1.70, "picture2")
    yield box(6.38, 0.14, 0.0, 6.68, 0.44, 0.30, "pot")
    yield box(6.51, 0.27, 0.30, 6.55, 0.31, 0.80, "trunk")
    for i in range(22):
        a = (i * 2.399) % 6.283
        r, z = 0.06 + 0.010 * i, 0.62 + 0.028 * i
        x, y = 6.53 + r * math.cos(a), 0.29 + r * math.sin(a)
        yield box(x - 0.06, y - 0.06, z, x + 0.06, y + 0.06, z + 0.025, "leaf")
    yield box(4.55, 0.0, 0.12, 6.05, 0.10, 0.72, "radiator")
    yield box(4.85, 1.70, 2.56, 5.25, 2.10, 2.62, "lamp")
    yield from curtains(4.35, 6.25, 0.06, 2.34, "curtain")


def curtains(x0, x1, y, top, material):
    """Two drawn-back curtains of folds, and their rail."""
    yield box(x0 - 0.25, y - 0.01, top, x1 + 0.25, y + 0.02, top + 0.03, "black")
    for side in (0, 1):
        for i in range(7):
            x = x0 - 0.24 + i * 0.07 if side == 0 else x1 - 0.24 + i * 0.07
            depth = 0.03 if i % 2 else 0.07
            yield box(x, y, 0.04, x + 0.07, y + depth, top, material)


def bedrooms():
    """Beds, wardrobes, bedside tables, desk."""
    yield box(0.0, 0.95, 0.10, 0.08, 2.85, 1.05, "walnut")
    yield box(0.08, 1.00, 0.10, 2.10, 2.80, 0.30, "walnut")
    yield box(0.08, 1.00, 0.30, 2.08, 2.80, 0.50, "sheet")
    yield box(0.75, 0.98, 0.32, 2.12, 2.82, 0.55, "quilt")
    for y in (1.12, 1.98):
        yield box(0.12, y, 0.50, 0.55, y + 0.70, 0.64, "pillow")
    yield box(0.0, 0.42, 0, 0.42, 0.86, 0.48, "walnut")
    yield box(0.14, 0.56, 0.48, 0.26, 0.68, 0.74, "vase")
    yield box(0.08, 0.50, 0.74, 0.32, 0.74, 0.94, "lampshade")
    yield box(0.10, 3.30, 0, 2.10, 3.90, 2.25, "wardrobe")
    for x in (0.60, 1.10, 1.60):
        yield box(x - 0.006, 3.285, 0.06, x + 0.006, 3.31, 2.22, "black")
    yield box(0.0, 1.55, 1.45, 0.03, 2.25, 1.95, "picture2")
    yield box(0.70, 0.0, 0.12, 2.20, 0.10, 0.72, "radiator")
    yield from curtains(0.55, 2.45, 0.06, 2.34, "curtain2")
    yield box(1.35, 1.85, 2.56, 1.75, 2.25, 2.62, "lamp")
    yield box(0.0, 6.30, 0.10, 1.95, 7.30, 0.28, "oak")
    yield box(0.0, 6.30, 0.28, 1.95, 7.30, 0.46, "sheet")
    yield box(0.60, 6.28, 0.30, 1.97, 7.32, 0.51, "quilt2")
    yield box(0.06, 6.45, 0.46, 0.46, 7.15, 0.60, "pillow")
    yield box(0.0, 4.60, 0.72, 0.60, 5.80, 0.75, "oak")
    yield from legs(0.02, 4.62, 0.58, 5.78, 0.72, "oak")
    yield box(0.10, 4.95, 0.75, 0.14, 5.45, 1.10, "screen")
    yield box(0.80, 5.00, 0.42, 1.20, 5.40, 0.46, "black")
    yield from legs(0.82, 5.02, 1.18, 5.38, 0.42, "black", 0.03)
    yield box(1.16, 5.00, 0.46, 1.20, 5.40, 0.90, "black")
    yield box(2.05, 6.70, 0, 2.60, 7.40, 2.10, "wardrobe")
    yield box(0.0, 4.80, 1.30, 0.03, 5.60, 1.90, "map")
    yield box(1.10, 5.60, 2.56, 1.50, 6.00, 2.62, "lamp")
    yield box(1.99, 4.14, 1.60, 2.40, 4.155, 2.30, "stain")


def wet_rooms():
    """Kitchen and bathroom fittings."""
    yield box(2.70, 6.80, 0.0, 4.40, 7.40, 0.82, "cabinet")
    yield box(2.70, 6.78, 0.82, 4.40, 7.40, 0.86, "stone")
    yield box(2.70, 5.95, 0.0, 3.25, 6.80, 0.82, "cabinet")
    yield box(2.70, 5.95, 0.82, 3.27, 6.80, 0.86, "stone")
    yield box(2.80, 6.90, 0.855, 3.20, 7.25, 0.865, "steel")
    yield box(3.70, 6.90, 0.86, 4.30, 7.30, 0.90, "black")
    for x in (3.78, 4.06):
        yield box(x, 7.00, 0.90, x + 0.16, 7.16, 0.92, "steel")
    yield box(2.70, 5.95, 1.50, 3.05, 7.40, 2.20, "cabinet")
    yield box(3.65, 7.05, 1.62, 4.35, 7.40, 1.90, "steel")
    yield box(3.70, 5.32, 0.0, 4.38, 5.95, 1.72, "fridge")
    yield box(2.90, 7.30, 0.90, 2.94, 7.34, 1.12, "steel")
    yield box(3.40, 6.95, 0.86, 3.52, 7.07, 1.05, "vase")
    yield box(5.30, 6.55, 0.0, 5.70, 7.15, 0.40, "ceramic")
    yield box(5.28, 7.12, 0.40, 5.72, 7.34, 0.80, "ceramic")
    yield box(4.50, 6.10, 0.62, 4.95, 6.70, 0.84, "ceramic")
    yield box(4.50, 6.12, 0.0, 4.85, 6.68, 0.62, "cabinet")
    yield box(4.50, 6.05, 1.10, 4.53, 6.75, 1.85, "mirror")
    yield box(4.55, 7.20, 0.9, 4.61, 7.26, 2.1, "steel")
    yield box(4.52, 7.10, 2.1, 4.80, 7.30, 2.13, "steel")
    yield box(4.50, 6.90, 0.0, 5.15, 6.94, 0.10, "ceramic")


def hall():
    """Shoe cupboard, meters, notice on the wall."""
    yield box(5.94, 6.30, 0.0, 6.30, 7.30, 1.00, "oak")
    yield box(5.94, 5.55, 1.35, 6.06, 5.95, 1.80, "fridge")
    yield box(6.76, 6.10, 1.20, 6.80, 6.60, 1.85, "notice")
    yield box(6.40, 6.70, 0.0, 6.70, 7.30, 0.02, "rug")
    yield box(4.70, 4.60, 2.57, 5.00, 4.90, 2.62, "lamp")
    yield box(3.10, 4.14, 1.30, 3.14, 4.16, 1.70, "notice")


def balcony():
    """Parapet, glazing bars, plants, a stool."""
    yield box(3.00, -1.42, 0.0, 7.10, -1.28, 0.98, "brick")
    for x in (3.14, 6.80):
        yield box(x, -1.42, 0.0, x + 0.16, -0.30, plan.CEILING, "wall")
    for i in range(6):
        x = 3.30 + i * 0.70
        yield box(x - 0.025, -1.37, 0.98, x + 0.025, -1.32, 2.50, "frame")
    yield box(3.00, -1.38, 0.98, 7.10, -1.31, 1.04, "frame")
    yield box(3.00, -1.38, 1.98, 7.10, -1.32, 2.03, "frame")
    yield box(3.00, -1.42, 2.50, 7.10, -1.28, plan.CEILING, "wall")
    for i, x in enumerate((5.30, 5.62, 5.94)):
        yield box(x, -1.20, 0.0, x + 0.24, -0.96, 0.22, "pot")
        for j in range(5):
            yield box(x + 0.02 * j, -1.18 + 0.02 * j, 0.22 + 0.05 * j, x + 0.22 - 0.02 * j, -0.98 - 0.02 * j, 0.26 + 0.05 * j, "leaf")
    yield box(3.50, -0.70, 0.40, 3.85, -0.35, 0.44, "oak")
    yield from legs(3.51, -0.69, 3.84, -0.36, 0.40, "oak", 0.03)


def outside():
    """Courtyard roofs and the houses opposite."""
    ground = -plan.FLOOR_ABOVE_COURTYARD
    for i, (x, y, w, d, h) in enumerate((
        (-9, -16, 12, 6, 3.4), (5, -18, 14, 7, 3.2), (-14, -30, 16, 8, 3.8), (4, -34, 18, 8, 3.6),
        (-8, 16, 14, 7, 3.4), (9, 15, 12, 6, 3.2), (-6, 30, 24, 9, 12.0), (-26, -44, 60, 10, 16.0),
        (22, -20, 9, 22, 9.0), (-30, -6, 10, 20, 9.0),
    )):
        yield box(x, y, ground, x + w, y + d, ground + h, "house" if h > 8 else "greybrick")
        if h < 8:
            yield box(x - 0.5, y - 0.5, ground + h, x + w + 0.5, y + d + 0.5, ground + h + 0.5, "roof")
    for i in range(9):
        x, y = -12 + 3.7 * i + (i * 7 % 3), -10.5 - (i * 5 % 4)
        yield box(x, y, ground, x + 0.3, y + 0.3, ground + 3, "trunk")
        for j in range(4):
            s = 1.7 - 0.35 * j
            yield box(x - s, y - s, ground + 2.6 + 0.9 * j, x + s, y + s, ground + 3.4 + 0.9 * j, "leaf")


def everything():
    """All solids of the scene."""
    pieces = (walls, frames, skirting, leaves, living, bedrooms, wet_rooms, hall, balcony, outside)
    return [solid for piece in pieces for solid in piece()]
