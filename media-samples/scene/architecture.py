"""Walls with their holes, floors, ceilings, skirting, tiled skins."""

import materials
from mesh import box, carved, panel
from plan import CEILING, ROOMS, WALLS, room

SKIRTING = 0.085


def build():
    """Everything that stays when the furniture has gone."""
    for wall in WALLS:
        _wall(wall)
    for place in ROOMS:
        _floor(place)
    _ceiling()
    _tiled_skins()
    for place in ROOMS:
        if place.key not in ("kitchen", "bathroom", "balcony"):
            _skirting(place)
            _cornice(place)
    _balcony_shell()
    _passage_lining()
    _cracked_tiles()


def _wall(wall):
    holes = [(h.start, h.sill, h.end, h.head) for h in wall.openings]
    if wall.along == "x":
        carved(f"wall {wall.key}", (wall.start, wall.near, 0), (wall.end, wall.far, CEILING + 0.2), holes, materials.wall_paint())
    else:
        carved(f"wall {wall.key}", (wall.near, wall.start, 0), (wall.far, wall.end, CEILING + 0.2), holes, materials.wall_paint())


def _floor_material(key):
    if key in ("kitchen", "bathroom"):
        return materials.wet_floor_tiles()
    if key in ("corridor", "hall"):
        return materials.hall_tiles()
    if key == "balcony":
        return materials.balcony_floor()
    return materials.floorboards()


def _floor(place):
    # Floors run 6 cm under the partitions; the doors' thresholds cover the joint.
    box(f"floor {place.key}", (place.x0 - 0.05, place.y0 - 0.05, -0.12), (place.x1 + 0.05, place.y1 + 0.05, _level(place.key)), _floor_material(place.key))


def _level(key):
    return {"bathroom": -0.012, "balcony": -0.02, "hall": 0.0005}.get(key, 0.0)


def _ceiling():
    box("ceiling", (-0.3, -0.3, CEILING), (7.1, 7.7, CEILING + 0.15), materials.ceiling_paint())
    # Kitchen and bathroom have a suspended ceiling of white strips, lower than the slab.
    for key, height in (("kitchen", 2.42), ("bathroom", 2.36)):
        r = room(key)
        strip, x = 0.12, r.x0
        while x < r.x1 - 1e-6:
            box(f"ceiling strip {key}", (x + 0.002, r.y0, height), (min(x + strip, r.x1) - 0.002, r.y1, height + 0.012), materials.white_lacquer(), 0.002)
            x += strip
        box(f"ceiling back {key}", (r.x0, r.y0, height + 0.014), (r.x1, r.y1, height + 0.02), materials.plain(0.55, 0.55, 0.53, 0.7))


def _tiled_skins():
    kitchen, bathroom = room("kitchen"), room("bathroom")
    for r, material, height, holes in (
            (kitchen, materials.kitchen_wall_tiles(), 2.43,
             {"north": [(3.10, 1.12, 4.20, 2.28)], "south": [(3.50, 0.0, 4.28, 2.05)]}),
            (bathroom, materials.bathroom_wall_tiles(), 2.37,
             {"north": [(4.85, 1.55, 5.45, 2.20)], "south": [(4.62, -0.02, 5.34, 2.05)]})):
        t = 0.008
        carved(f"tiles north {r.key}", (r.x0, r.y1 - t, -0.02), (r.x1, r.y1, height), holes["north"], material)
        carved(f"tiles south {r.key}", (r.x0, r.y0, -0.02), (r.x1, r.y0 + t, height), holes["south"], material)
        carved(f"tiles west {r.key}", (r.x0, r.y0, -0.02), (r.x0 + t, r.y1, height), [], material)
        carved(f"tiles east {r.key}", (r.x1 - t, r.y0, -0.02), (r.x1, r.y1, height), [], material)


def _skirting(place):
    material = materials.skirting()
    thickness = 0.014
    for wall in WALLS:
        along_x = wall.along == "x"
        lo, hi = (place.x0, place.x1) if along_x else (place.y0, place.y1)
        faces = ((place.y0, wall.far, 1), (place.y1, wall.near, -1)) if along_x else ((place.x0, wall.far, 1), (place.x1, wall.near, -1))
        for edge, face, side in faces:
            if abs(edge - face) > 1e-6:
                continue
            start, end = max(lo, wall.start), min(hi, wall.end)
            spans = [(start, end)]
            for hole in wall.openings:
                if hole.sill > SKIRTING:
                    continue
                a, b = hole.start - 0.065, hole.end + 0.065
                spans = [piece for s, e in spans for piece in ((s, min(e, a)), (max(s, b), e)) if piece[1] - piece[0] > 0.01]
            for s, e in spans:
                if e - s < 0.02:
                    continue
                if along_x:
                    box("skirting", (s, face, 0), (e, face + side * thickness, SKIRTING), material, 0.004)
                else:
                    box("skirting", (face, s, 0), (face + side * thickness, e, SKIRTING), material, 0.004)


def _cornice(place):
    """A narrow plaster moulding under the ceiling; the corridor and the niche have it where they have a wall."""
    sides = {"corridor": "swen", "hall": "wen"}.get(place.key, "snwe")
    x0, y0, x1, y1, paint = place.x0, place.y0, place.x1, place.y1, materials.ceiling_paint()
    for size, drop in ((0.022, 0.062), (0.05, 0.026)):
        z = CEILING - drop
        strips = {"s": ((x0, y0), (x1, y0 + size)), "n": ((x0, y1 - size), (x1 if place.key != "corridor" else 5.94 + size, y1)),
                  "w": ((x0, y0), (x0 + size, y1)), "e": ((x1 - size, y0), (x1, y1))}
        for side in sides:
            lo, hi = strips[side]
            box("cornice", (*lo, z), (*hi, CEILING + 0.002), paint, 0.008)


def _passage_lining():
    """Brown wooden lining of the opening between corridor and living room, with a stone threshold over the joint of the floors."""
    box("passage threshold", (4.325, 3.90, -0.02), (5.575, 4.14, 0.008), materials.plain(0.62, 0.60, 0.56, 0.25), 0.003)
    wood = materials.timber("door", 1.5708)
    for x0, x1 in ((4.30, 4.325), (5.575, 5.60)):
        box("passage lining", (x0, 3.893, 0), (x1, 4.147, 2.16), wood, 0.002)
    box("passage lining", (4.30, 3.893, 2.135), (5.60, 4.147, 2.16), materials.timber("door"), 0.002)
    for y0, y1 in ((3.878, 3.898), (4.142, 4.162)):
        box("passage casing", (4.235, y0, 0), (4.312, y1, 2.225), wood, 0.005)
        box("passage casing", (5.588, y0, 0), (5.665, y1, 2.225), wood, 0.005)
        box("passage casing", (4.312, y0, 2.148), (5.588, y1, 2.225), materials.timber("door"), 0.005)


def _cracked_tiles():
    """One broken floor tile in the kitchen and one in the bathroom; the tiles lie on a grid of 0.3 m from the origin."""
    for (x, y), level, seed in (((3.6, 6.3), 0.0, 33), ((5.1, 5.7), -0.012, 36)):
        crack = materials.decal(f"crack {seed}", *materials.computed(materials.textures.crack, (512, 512), seed), roughness=0.9)
        z = level + 0.0006
        panel("cracked tile", ((x, y, z), (x + 0.3, y, z), (x + 0.3, y + 0.3, z), (x, y + 0.3, z)), crack)


def _balcony_shell():
    r = room("balcony")
    paint, brick = materials.wall_paint(), materials.red_brick()
    box("balcony slab", (3.12, -1.46, -0.16), (6.98, -0.30, -0.06), paint)
    box("balcony roof", (3.12, -1.46, 2.50), (6.98, -0.30, 2.66), paint)
    box("balcony parapet", (3.18, -1.40, -0.06), (6.92, -1.28, 0.96), paint)
    box("balcony sill", (3.18, -1.42, 0.96), (6.92, -1.25, 0.985), materials.hall_tiles(), 0.004)
    for x0, x1 in ((3.18, 3.30), (6.80, 6.92)):
        box("balcony side", (x0, -1.40, -0.06), (x1, -0.30, 2.52), paint)
    # Outside face of the block, seen from the balcony and in the reflections of panes.
    for lo, hi in (((-0.42, -0.42, -6), (3.18, -0.301, -0.0)), ((6.92, -0.42, -6), (8.5, -0.301, 8)), ((-6, -0.42, -6), (-0.0, -0.301, 8)),
                   ((0.0, -0.42, 2.66), (3.18, -0.301, 8))):
        box("facade", lo, hi, brick)
    _ = r
