"""How well the models propose masks: papers of the sample flat, whose places the model of the flat knows, and faces of real
photographs laid onto spheres, counted by eye. Prints recall, false proposals and CPU seconds a sphere.

  masks.py [--faces PICTURE.jpg FACES.json] [--only NAME]

FACES.json lists [x, y, width, height] in pixels of the picture: middle and size of every face that one can recognise.
"""

import argparse
import json
import math
import os
import pathlib
import subprocess
import tempfile

import numpy as np
from PIL import Image

import common

Image.MAX_IMAGE_PIXELS = None
SAMPLES = common.ROOT / "media-samples"

# Papers with writing, as media-samples/scene lays them: name, corners in metres (x east, y north, z up), height of the lines that
# are most of it. `wall`: middle, width, height, and the side it faces.


def on_wall(x, y, z, width, height, facing):
    along = {"-y": (1, 0), "+y": (-1, 0), "-x": (0, -1), "+x": (0, 1)}[facing]
    out = {"-y": (0, -1), "+y": (0, 1), "-x": (-1, 0), "+x": (1, 0)}[facing]
    return [
        (x + along[0] * u * width / 2 + out[0] * 0.003, y + along[1] * u * width / 2 + out[1] * 0.003, z + v * height / 2)
        for u, v in ((-1, -1), (1, -1), (1, 1), (-1, 1))
    ]


PAPERS = {
    "calendar": (on_wall(3.82, 3.90, 1.58, 0.36, 0.52, "-y"), 0.020),
    "award": (on_wall(2.60, 6.05, 1.95, 0.52, 0.37, "-x"), 0.020),
    "second award": (on_wall(2.60, 6.62, 1.95, 0.52, 0.37, "-x"), 0.020),
    "gas notice": (on_wall(4.392, 5.78, 1.62, 0.24, 0.32, "-x"), 0.016),
    "newspaper": ([(5.06, 1.98, 0.4385), (5.40, 1.98, 0.4385), (5.40, 2.24, 0.4385), (5.06, 2.24, 0.4385)], 0.014),
    "homework": ([(1.60, 6.80, 0.7485), (1.81, 6.80, 0.7485), (1.81, 7.09, 0.7485), (1.60, 7.09, 0.7485)], 0.0107),
    "electricity meter": (on_wall(6.7288, 5.38, 1.805, 0.24, 0.17, "-x"), 0.0185),
    "parcel": ([(0.581, 4.36, 0.10), (0.581, 4.50, 0.10), (0.581, 4.50, 0.20), (0.581, 4.36, 0.20)], 0.0087),
}
# What nobody has to hide, though something is written on it: to name false proposals.
HARMLESS = {
    "calligraphy": on_wall(3.30, 1.40, 1.72, 1.16, 0.38, "+x"),
    "character on the door": on_wall(6.803, 4.67, 1.62, 0.5, 0.5, "-x"),
    "clock": on_wall(6.12, 3.863, 1.98, 0.30, 0.30, "-y"),
}
# A line must be this many pixels of the source high to be read.
LEGIBLE = 8
GRID = 12


class Place:
    """A standpoint: where things of the flat appear in its picture, and whether they are seen."""

    def __init__(self, name):
        self.pose = json.loads((SAMPLES / "panoramas" / f"{name}.json").read_text())
        self.depth = np.asarray(Image.open(SAMPLES / "depth" / f"{name}.png")).astype(float) / 1000

    def angles(self, point):
        dx, dy, dz = (p - q for p, q in zip(point, self.pose["position"]))
        yaw = math.degrees(math.atan2(dx, dy)) - self.pose["heading"]
        return (yaw + 180) % 360 - 180, math.degrees(math.atan2(dz, math.hypot(dx, dy))), math.dist(point, self.pose["position"])

    def sees(self, point):
        yaw, pitch, far = self.angles(point)
        height, width = self.depth.shape
        x, y = int((yaw / 360 + 0.5) * width) % width, min(height - 1, int((0.5 - pitch / 180) * height))
        near = self.depth[max(0, y - 1) : y + 2, np.arange(x - 1, x + 2) % width]
        return bool((np.abs(near - far) < 0.05).any())


def points(corners):
    """A grid of points over a flat quadrilateral."""
    a, b, c, d = (np.array(p, float) for p in corners)
    for i in range(GRID):
        for k in range(GRID):
            u, v = (i + 0.5) / GRID, (k + 0.5) / GRID
            yield tuple((1 - u) * (1 - v) * a + u * (1 - v) * b + u * v * c + (1 - u) * v * d)


def vector(yaw, pitch):
    yaw, pitch = math.radians(yaw), math.radians(pitch)
    return np.array([math.sin(yaw) * math.cos(pitch), math.sin(pitch), math.cos(yaw) * math.cos(pitch)])


class Outline:
    """A proposal, to be asked whether a direction lies in it."""

    def __init__(self, finding):
        self.kind, self.confidence = finding["kind"], finding["confidence"]
        corners = [vector(*corner) for corner in finding["corners"]]
        middle = sum(corners)
        self.middle = middle / np.linalg.norm(middle)
        aside = np.array([0.0, 1.0, 0.0]) if abs(self.middle[1]) < 0.99 else np.array([0.0, 0.0, 1.0])
        self.right = np.cross(aside, self.middle)
        self.right /= np.linalg.norm(self.right)
        self.up = np.cross(self.middle, self.right)
        self.flat = [self.on_plane(corner) for corner in corners]

    def on_plane(self, at):
        depth = at @ self.middle
        return np.array([at @ self.right, at @ self.up]) / depth

    def covers(self, at):
        if at @ self.middle < 0.3:
            return False
        x, y = self.on_plane(at)
        inside = False
        for (ax, ay), (bx, by) in zip(self.flat, self.flat[1:] + self.flat[:1]):
            if (ay > y) != (by > y) and x < ax + (y - ay) / (by - ay) * (bx - ax):
                inside = not inside
        return inside

    def angles(self):
        return math.degrees(math.atan2(self.middle[0], self.middle[2])), math.degrees(math.asin(self.middle[1]))


def detect(picture):
    """What the program proposes, and the CPU seconds that it took."""
    before = os.times()
    models = subprocess.run([common.ROOT / "script/fetch-models"], check=True, capture_output=True, text=True).stdout.strip()
    program = os.environ.get("BENCH_PROGRAM", str(common.KANFANG))
    out = subprocess.run([program, "detect", "--models", models, picture], check=True, capture_output=True).stdout
    after = os.times()
    seconds = after.children_user + after.children_system - before.children_user - before.children_system
    return [Outline(finding) for finding in json.loads(out)["findings"]], seconds


def papers(only):
    found = legible = seen_all = found_all = false = spheres = 0
    cpu = []
    for picture in sorted((SAMPLES / "panoramas").glob("*.jpg")):
        if only and only not in picture.stem:
            continue
        place = Place(picture.stem)
        proposals, seconds = detect(picture)
        spheres += 1
        cpu.append(seconds)
        right = set()
        print(f"{picture.stem}: {len(proposals)} proposals, {seconds:.1f} CPU s")
        per_degree = place.pose["width"] / 360
        for name, (corners, line) in PAPERS.items():
            grid = list(points(corners))
            visible = [point for point in grid if place.sees(point)]
            if len(visible) < 0.6 * len(grid):
                continue
            middle = tuple(np.mean(grid, axis=0))
            yaw, pitch, far = place.angles(middle)
            # The height of a line as it appears, foreshortened as the whole paper is.
            pitches = [place.angles(corner)[1] for corner in corners]
            high = line / math.dist(corners[0], corners[3]) * (max(pitches) - min(pitches)) * per_degree
            directions = [vector(*place.angles(point)[:2]) for point in visible]
            covered = [[proposal.covers(at) for at in directions] for proposal in proposals]
            right.update(index for index, points_in in enumerate(covered) if sum(points_in) > 0.2 * len(directions))
            # What all proposals together would hide of it.
            best = sum(any(column) for column in zip(*covered)) / len(directions) if covered else 0.0
            can_be_read = high >= LEGIBLE
            legible += can_be_read
            seen_all += 1
            found += can_be_read and best >= 0.5
            found_all += best >= 0.5
            mark = "found" if best >= 0.5 else "MISSED" if can_be_read else "missed (too small to read)"
            print(f"  {name}: {mark}, {best:.0%} covered; lines {high:.1f} px, yaw {yaw:.0f}, pitch {pitch:.0f}, {far:.1f} m")
        for index, proposal in enumerate(proposals):
            if index in right:
                continue
            false += 1
            yaw, pitch = proposal.angles()
            what = next(
                (name for name, corners in HARMLESS.items() if any(proposal.covers(vector(*place.angles(p)[:2])) for p in points(corners))),
                "",
            )
            print(f"  false: {proposal.kind} {proposal.confidence:.2f} at yaw {yaw:.1f}, pitch {pitch:.1f} {what}")
    print(f"\npapers: {found} of {legible} that can be read ({found_all} of all {seen_all}); {false} false proposals on {spheres} spheres")
    print(f"CPU seconds a sphere: {sum(cpu) / max(1, len(cpu)):.1f}")


def faces(picture, truth):
    """The photograph on a grey sphere, smaller and smaller and at several heights."""
    flat = np.asarray(Image.open(picture).convert("RGB"))
    boxes = json.loads(pathlib.Path(truth).read_text())
    width = 8192
    for hfov, yaw, pitch in ((100, 20, 0), (60, 175, -8), (40, -60, 12), (25, 100, -20)):
        sphere, angles = laid_out(flat, width, hfov, yaw, pitch)
        with tempfile.NamedTemporaryFile(suffix=".jpg") as file:
            Image.fromarray(sphere).save(file.name, quality=92)
            proposals, seconds = detect(file.name)
        at_faces = [proposal for proposal in proposals if proposal.kind == "face"]
        hit, right = 0, set()
        sizes = []
        for x, y, w, h in boxes:
            middle = vector(*angles(x, y))
            sizes.append(math.degrees(math.acos(min(1.0, float(vector(*angles(x - w / 2, y)) @ vector(*angles(x + w / 2, y)))))))
            covering = [index for index, proposal in enumerate(at_faces) if proposal.covers(middle)]
            hit += bool(covering)
            right.update(covering)
        per_degree = width / 360
        pixels = sorted(size * per_degree for size in sizes)
        print(
            f"{pathlib.Path(picture).name} at {hfov}°: {hit} of {len(boxes)} faces, {len(at_faces) - len(right)} false; "
            f"faces {pixels[0]:.0f} to {pixels[-1]:.0f} px wide (median {pixels[len(pixels) // 2]:.0f}); {seconds:.1f} CPU s"
        )


def laid_out(flat, width, hfov, yaw, pitch):
    """A flat picture `hfov` degrees wide on a sphere, and where its pixels look."""
    high, wide = flat.shape[:2]
    focal = wide / 2 / math.tan(math.radians(hfov / 2))
    height = width // 2
    lon = np.radians((np.arange(width) + 0.5) / width * 360 - 180)
    lat = np.radians(90 - (np.arange(height) + 0.5) / height * 180)
    forward = vector(yaw, pitch)
    right = np.array([math.cos(math.radians(yaw)), 0, -math.sin(math.radians(yaw))])
    up = np.cross(forward, right)
    sphere = np.full((height, width, 3), 110, np.uint8)
    for row in range(height):
        at = np.stack([np.sin(lon) * math.cos(lat[row]), np.full(width, math.sin(lat[row])), np.cos(lon) * math.cos(lat[row])], axis=1)
        depth = at @ forward
        with np.errstate(divide="ignore", invalid="ignore"):
            x = at @ right / depth * focal + wide / 2
            y = high / 2 - at @ up / depth * focal
        inside = (depth > 0.05) & (x >= 0.5) & (x < wide - 1) & (y >= 0.5) & (y < high - 1)
        u, v = x[inside] - 0.5, y[inside] - 0.5
        i, k = u.astype(int), v.astype(int)
        a, b = (u - i)[:, None], (v - k)[:, None]
        f = flat.astype(float)
        value = (f[k, i] * (1 - a) + f[k, i + 1] * a) * (1 - b) + (f[k + 1, i] * (1 - a) + f[k + 1, i + 1] * a) * b
        sphere[row, inside] = value.round().astype(np.uint8)

    def angles(x, y):
        at = forward * focal + right * (x - wide / 2) + up * (high / 2 - y)
        at = at / np.linalg.norm(at)
        return math.degrees(math.atan2(at[0], at[2])), math.degrees(math.asin(at[1]))

    return sphere, angles


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--faces", nargs=2, action="append", default=[], metavar=("PICTURE", "FACES"))
    parser.add_argument("--only")
    options = parser.parse_args()
    print(common.machine())
    if not options.faces or options.only:
        papers(options.only)
    for picture, truth in options.faces:
        faces(picture, truth)


if __name__ == "__main__":
    main()
