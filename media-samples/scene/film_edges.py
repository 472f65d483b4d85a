"""Writes videos/edges.json: points on sharp edges of the model and the frames of films that show them, as edges.py does for still pictures.

Frames are decoded by ffmpeg. A stereo film is asked for each eye: the eye from
which a point is seen lies across the direction in which it appears.
"""

import json
import math
import subprocess
import sys
import tempfile
from pathlib import Path

import bpy  # first: it brings mathutils along
import numpy as np
from mathutils import Vector
from PIL import Image

import edges
import flat
from film import clock
from lenses import Equirectangular, lens_of
from rays import Rays
from walks import FILMS, RATE

VIDEOS = Path(__file__).resolve().parent.parent / "videos"
SECONDS = (2.0, 5.0, 8.5, 13.0, 18.0)  # of a film; between pictures that stand alone and on one
WIDEST = math.radians(55)  # pitch beyond which both eyes come together
SHORTEST = 55 / 8192 * 2 * math.pi  # radians along an edge
CONTRAST = 30  # levels


class Eye:
    """One eye of an omnidirectional stereo picture, as a lens for points relative to the middle between both."""

    def __init__(self, record, side):
        self.sphere = Equirectangular({**record, "height": record["height"] // 2})
        self.top = 0 if side == "left" else record["height"] // 2
        self.aside = record["eyes"]["distance"] / 2 * (-1 if side == "left" else 1)

    def place(self, offset):
        """Where the eye is that sees a point: the point is straight ahead of it."""
        x, y = offset[0], offset[1]
        reach = math.hypot(x, y)
        turn = math.atan2(x, y) - math.asin(self.aside / reach)
        return np.array([self.aside * math.cos(turn), -self.aside * math.sin(turn), 0.0])

    def project(self, offset):
        """Column and row in the whole picture; None where the eyes come together."""
        way = np.asarray(offset, float) - self.place(offset)
        if abs(math.atan2(way[2], math.hypot(way[0], way[1]))) > WIDEST:
            return None
        u, v = self.sphere.project(way)
        return u, v + self.top


class Mono:
    """A lens with one eye, in the same shape; rows above `first` belong to the clock."""

    def __init__(self, record, first):
        self.lens, self.first = lens_of(record), first

    def place(self, offset):
        """No offset."""
        return np.zeros(3)

    def project(self, offset):
        """Column and row."""
        seen = self.lens.project(offset)
        return seen if seen is not None and seen[1] >= self.first else None


def decoded(path, number, folder):
    """Brightness of one frame."""
    still = Path(folder) / "frame.png"
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", "-ss", f"{(number - 0.5) / RATE:.4f}", "-i", path, "-frames:v", "1", "-pix_fmt", "gray", still], check=True)
    with Image.open(still) as file:
        return np.asarray(file.convert("L"), float)


def follow(rays, middle, lens, a, b):
    """Points along an edge, each as the eye sees it that looks at it."""
    found = []
    for k in range(edges.POINTS):
        spot = a.lerp(b, 0.06 + 0.88 * k / (edges.POINTS - 1))
        for _ in range(2):
            eye = middle + Vector(lens.place(spot - middle))
            spot = edges.boundary(rays, eye, spot, (b - a).normalized())
            if spot is None:
                return None
        found.append(spot)
    return found


def edges_of(rays, lens, middle, picture, known):
    """The kept edges of one frame as JSON."""
    candidates, seen = [], set()
    for name, a, b in known:
        half = (a + b) / 2
        if (half - middle).length > edges.FARTHEST or lens.project(half - middle) is None or (a - middle).angle(b - middle) < SHORTEST:
            continue
        points = follow(rays, middle, lens, a, b)
        key = tuple(round(c, 2) for c in half)
        if points is None or key in seen or edges.contrast(picture, lens, middle, points) < CONTRAST:
            continue
        seen.add(key)
        candidates.append((name, points, (half - middle).normalized()))
    return [{"name": name, "points": [[round(c, 5) for c in point] for point in points]} for name, points, _ in edges.chosen(candidates)]


def main():
    """Every film that is there; or only those whose names begin with an argument, and the others stay as they are listed."""
    listed = VIDEOS / "edges.json"
    before = json.loads(listed.read_text())["frames"] if listed.exists() else []
    flat.build()
    rays, known, out = Rays(), list(edges.straight_edges()), []
    with tempfile.TemporaryDirectory() as folder:
        for film in FILMS:
            path = VIDEOS / f"{film.stem}.json"
            if not path.exists():
                continue
            if sys.argv[1:] and not film.stem.startswith(tuple(sys.argv[1:])):
                out += [entry for entry in before if entry["film"] == f"{film.stem}.mp4"]
                continue
            record = json.loads(path.read_text())
            first = sum(clock(film, 0)[0].size[1:]) + 8 if film.lens == "rectilinear" else 0
            for second in SECONDS:
                number = int(second * RATE)
                if number >= record["frames"]:
                    continue
                x, y, z, heading, pitch, roll = record["poses"][number]
                facts = {**record, "heading": heading, "pitch": pitch, "roll": roll}
                picture = decoded(VIDEOS / record["file"], number, folder)
                for eye in ("left", "right") if film.lens == "stereo" else (None,):
                    lens = Eye(facts, eye) if eye else Mono(facts, first)
                    kept = edges_of(rays, lens, Vector((x, y, z)), picture, known)
                    print(f"{film.stem} frame {number} {eye or ''}: {len(kept)} edges", flush=True)
                    out.append({"film": record["file"], "frame": number, **({"eye": eye} if eye else {}), "edges": kept})
    lines = ",\n".join(json.dumps(entry, ensure_ascii=False) for entry in out)
    listed.write_text(f'{{"frames": [\n{lines}\n]}}\n', encoding="utf-8")


if __name__ == "__main__":
    main()
