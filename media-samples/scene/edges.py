"""Writes edges.json: points on sharp edges of the model and the pictures that show them, the truth for tests of projection.

Edges of flat-sided things (frames, papers, door and window frames, furniture) are
found on the meshes and followed by rays from where each picture was taken; an
edge is kept where, as far as the test looks to either side of it, the rays meet
one flat face of one thing on one side and of another on the other. Metals are
left out, since they show edges of other things, and so are inner corners, where
light dies away. Of the
pictures themselves nothing is used but whether each side is of one brightness
and both differ enough to be told apart; where the edge appears plays no part.
"""

import json
import math
import sys
from pathlib import Path

import bpy
import numpy as np
from mathutils import Vector
from PIL import Image

import flat
from lenses import lens_of
from rays import Rays

SAMPLES = Path(__file__).resolve().parent.parent
POINTS = 12  # along an edge
REACH = 7.0 / 8192 * 2 * math.pi  # radians to either side: seven pixels of a picture 8192 wide
FINEST = REACH / 256
CONTRAST = 36  # levels of 255
UNEVEN = 0.25  # of the contrast that one side may differ in itself
BEND = math.radians(8)  # by which the normals on one side may differ
SHORTEST, FARTHEST = 0.06, 6.0  # metres
KEPT = 24  # edges a picture


def straight_edges():
    """Ends, in metres, of the edges of every mesh of at most eight corners; bevels left out."""
    for thing in bpy.context.scene.objects:
        if thing.type != "MESH" or len(thing.data.vertices) > 8:
            continue
        corners = [thing.matrix_world @ vertex.co for vertex in thing.data.vertices]
        for k, edge in enumerate(thing.data.edges):
            a, b = (corners[i] for i in edge.vertices)
            if (b - a).length >= SHORTEST:
                yield f"{thing.name}, edge {k}", a, b


def boundary(rays, eye, point, along):
    """The point where one thing ends and another begins, seen from `eye` near `point`; None if it is not as clean as that."""
    way = (point - eye).normalized()
    across = way.cross(along).normalized()

    def seen(angle):
        return rays.cast(eye, (way * math.cos(angle) + across * math.sin(angle)).normalized())

    hits = [seen(REACH * k / 8) for k in range(-8, 9)]
    spread = [thing for thing, _, _ in hits]
    first, last = spread[0], spread[-1]
    if first == last or -1 in (first, last):
        return None
    change = next(k for k, thing in enumerate(spread) if thing != first)
    if rays.shiny[first] or rays.shiny[last]:
        return None
    if spread != [first] * change + [last] * (len(spread) - change) or not 5 <= change <= 12:
        return None
    # The rounding of an edge lies within the two steps beside it; beyond, both sides are flat.
    for side in (hits[:change - 2], hits[change + 2:]):
        if any(normal.angle(side[0][2]) > BEND for _, _, normal in side):
            return None
    low, high = REACH * (change - 9) / 8, REACH * (change - 8) / 8
    while high - low > FINEST:
        middle = (low + high) / 2
        thing = seen(middle)[0]
        if thing == first:
            low = middle
        elif thing == last:
            high = middle
        else:
            return None
    (_, distance, facing), (_, other_distance, other_facing) = seen(low), seen(high)
    if abs(distance - other_distance) < 0.01 and facing.angle(other_facing) > math.radians(30):
        return None
    near = min(distance, other_distance)
    if abs(near - (point - eye).length) > 0.03:
        return None
    angle = (low + high) / 2
    return eye + (way * math.cos(angle) + across * math.sin(angle)) * near


def follow(rays, eye, a, b):
    """Points along the edge from a to b as the eye sees it, or None."""
    found = []
    for k in range(POINTS):
        spot = boundary(rays, eye, a.lerp(b, 0.06 + 0.88 * k / (POINTS - 1)), (b - a).normalized())
        if spot is None:
            return None
        found.append(spot)
    return found


def contrast(picture, lens, eye, points):
    """Difference of brightness between both sides of the edge in the picture, in levels; 0 where it leaves the picture or a side is uneven."""
    sides = ({}, {})
    for before, after in zip(points, points[2:]):
        here, there = lens.project(before - eye), lens.project(after - eye)
        if here is None or there is None or math.dist(here, there) > picture.shape[1] / 2:
            return 0.0
        (u0, v0), (u1, v1) = here, there
        length = math.hypot(u1 - u0, v1 - v0)
        for side, sign in zip(sides, (-1, 1)):
            for away in (2.0, 2.75, 3.5):
                u, v = (u0 + u1) / 2 - sign * away * (v1 - v0) / length, (v0 + v1) / 2 + sign * away * (u1 - u0) / length
                if not (4 <= u < picture.shape[1] - 5 and 4 <= v < picture.shape[0] - 5):
                    return 0.0
                side.setdefault(away, []).append(picture[int(round(v)), int(round(u))])
    levels = [[float(np.mean(part)) for part in side.values()] for side in sides]
    step = abs(np.mean(levels[0]) - np.mean(levels[1]))
    return step if max(max(part) - min(part) for part in levels) < UNEVEN * step else 0.0


def chosen(candidates):
    """At most KEPT of (name, points, direction), spread over the sphere: one from each part of it in turn."""
    parts = {}
    for entry in candidates:
        way = entry[2]
        part = (int((math.degrees(math.atan2(way.x, way.y)) % 360) // 45), int(math.degrees(math.asin(way.z)) // 30))
        parts.setdefault(part, []).append(entry)
    out = []
    while len(out) < KEPT and any(parts.values()):
        for key in sorted(parts):
            if parts[key] and len(out) < KEPT:
                out.append(parts[key].pop(0))
    return sorted(out)


def edges_of(rays, record, folder, edges):
    """The kept edges of one picture as JSON."""
    eye = Vector(record["position"])
    with Image.open(folder / record["file"]) as file:
        picture = np.asarray(file.convert("L"), float)
    lens = lens_of(record)
    candidates, shape_seen = [], set()
    for name, a, b in edges:
        middle = (a + b) / 2
        if (middle - eye).length > FARTHEST or lens.project(middle - eye) is None:
            continue
        # As long as 70 pixels of a picture 8192 wide, so that noise along it averages out.
        if (a - eye).angle(b - eye) < 70 / 8192 * 2 * math.pi:
            continue
        points = follow(rays, eye, a, b)
        if points is None:
            continue
        key = tuple(round(c, 2) for c in middle)
        if key in shape_seen or contrast(picture, lens, eye, points) < CONTRAST:
            continue
        shape_seen.add(key)
        candidates.append((name, points, (middle - eye).normalized()))
    return [{"name": name, "points": [[round(c, 5) for c in point] for point in points]} for name, points, _ in chosen(candidates)]


def pictures():
    """Folder, record and its number in poses.json of every still picture with a known pose; of a bracket the middle exposure."""
    for path in sorted((SAMPLES / "panoramas").glob("*.json")):
        yield path.parent, json.loads(path.read_text()), 0
    for path in sorted((SAMPLES / "photo-sets").glob("*/poses.json")) + sorted((SAMPLES / "dual-fisheye").glob("poses.json")):
        for number, record in enumerate(json.loads(path.read_text())["photos"]):
            if not record.get("exposure_bias"):
                yield path.parent, record, number


def main():
    """Every picture that is there; or only those whose names begin with an argument, and the others stay as they are listed."""
    listed = SAMPLES / "edges.json"
    before = {(entry["picture"], entry["record"]): entry for entry in json.loads(listed.read_text())["pictures"]} if listed.exists() else {}
    flat.build()
    rays = Rays()
    edges = list(straight_edges())
    out = []
    for folder, record, number in pictures():
        name = str((folder / record["file"]).relative_to(SAMPLES))
        if sys.argv[1:] and not name.startswith(tuple(sys.argv[1:])):
            if (name, number) in before:
                out.append(before[name, number])
            continue
        kept = edges_of(rays, record, folder, edges)
        print(f"{name}: {len(kept)} edges", flush=True)
        out.append({"picture": name, "record": number, "edges": kept})
    lines = ",\n".join(json.dumps(entry, ensure_ascii=False) for entry in out)
    listed.write_text(f'{{"pictures": [\n{lines}\n]}}\n', encoding="utf-8")


if __name__ == "__main__":
    main()
