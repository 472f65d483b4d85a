"""Writes depth/NN-name.png: the distance from each standpoint to what its picture shows, in millimetres, 16 bits.

One ray through the middle of each pixel of an equirectangular picture. 0 is the
sky, 65535 is 65.535 m or farther. A JSON beside it carries the pose and says how
to come from a pixel to a point.
"""

import json
import math
from pathlib import Path

import numpy as np
from PIL import Image

import flat
from plan import STANDPOINTS
from rays import Rays

FOLDER = Path(__file__).resolve().parent.parent / "depth"
WIDTH, HEIGHT = 1024, 512
RULE = ("yaw = ((column + 0.5) / width - 0.5) * 360; pitch = (0.5 - (row + 0.5) / height) * 180; h = heading + yaw; "
        "point = position + distance / 1000 * (sin h cos pitch, cos h cos pitch, sin pitch): east, north, up in metres")


def distances(rays, here):
    """Millimetres, height x width."""
    out = np.zeros((HEIGHT, WIDTH), np.uint16)
    origin = (here.x, here.y, here.z)
    turns = [math.radians(here.heading + ((column + 0.5) / WIDTH - 0.5) * 360) for column in range(WIDTH)]
    level = [(math.sin(turn), math.cos(turn)) for turn in turns]
    for row in range(HEIGHT):
        pitch = math.radians((0.5 - (row + 0.5) / HEIGHT) * 180)
        flat_part, up = math.cos(pitch), math.sin(pitch)
        out[row] = [min(65535, round(1000 * rays.cast(origin, (east * flat_part, north * flat_part, up))[1])) for east, north in level]
    return out


def main():
    """All standpoints."""
    flat.build()
    rays = Rays()
    FOLDER.mkdir(exist_ok=True)
    for here in STANDPOINTS:
        Image.fromarray(distances(rays, here)).save(FOLDER / f"{here.stem}.png", optimize=True)
        (FOLDER / f"{here.stem}.json").write_text(json.dumps({
            "file": f"{here.stem}.png", "width": WIDTH, "height": HEIGHT, "lens": "equirectangular", "unit": "millimetre along the ray",
            "position": [here.x, here.y, here.z], "heading": here.heading, "rule": RULE}, indent=1) + "\n")
        print(here.stem, flush=True)


if __name__ == "__main__":
    main()
