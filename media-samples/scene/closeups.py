"""Close-ups of the flat's defects for the demo's hotspots: rectilinear crops of our own panoramas.

usage: python3 closeups.py [PLACE …]     (from media-samples/scene; needs numpy and Pillow)

Writes ../close-ups/PLACE.jpg and prints the yaw and pitch of each one's middle in its panorama.
"""

import json
import math
import pathlib
import sys

import numpy as np
from PIL import Image

HERE = pathlib.Path(__file__).resolve().parent
WIDTH, HEIGHT = 960, 720

# What it is of, the panorama, the point looked at (metres, as plan.py has them), degrees across.
CLOSEUPS = {
    "damp-stain": ("04-bedroom-second", (2.375, 7.398, 2.12), 27.0),
    "cracked-tile-kitchen": ("05-kitchen", (4.05, 6.45, 0.0), 26.0),
}


def direction(panorama, point):
    """Yaw and pitch of a point in degrees."""
    x, y, z = (there - here for there, here in zip(point, panorama["position"]))
    yaw = math.degrees(math.atan2(x, y)) + panorama["north_yaw"]
    return (yaw + 180) % 360 - 180, math.degrees(math.atan2(z, math.hypot(x, y)))


def crop(picture, yaw, pitch, across):
    """The rectilinear view of an equirectangular picture, bilinear."""
    source = np.asarray(Image.open(picture).convert("RGB"), float)
    height, width = source.shape[:2]
    focal = WIDTH / 2 / math.tan(math.radians(across) / 2)
    right, up = np.meshgrid((np.arange(WIDTH) + 0.5 - WIDTH / 2) / focal, (HEIGHT / 2 - np.arange(HEIGHT) - 0.5) / focal)
    sin_yaw, cos_yaw = math.sin(math.radians(yaw)), math.cos(math.radians(yaw))
    sin_pitch, cos_pitch = math.sin(math.radians(pitch)), math.cos(math.radians(pitch))
    rise, ahead = cos_pitch * up + sin_pitch, cos_pitch - sin_pitch * up
    x, z = cos_yaw * right + sin_yaw * ahead, cos_yaw * ahead - sin_yaw * right
    u = (np.arctan2(x, z) / (2 * math.pi) + 0.5) * width - 0.5
    v = np.clip((0.5 - np.arctan2(rise, np.hypot(x, z)) / math.pi) * height - 0.5, 0, height - 1.001)
    column, row = np.floor(u).astype(int), v.astype(int)
    a, b = (u - column)[..., None], (v - row)[..., None]
    at = lambda dx, dy: source[row + dy, (column + dx) % width]
    blend = (at(0, 0) * (1 - a) + at(1, 0) * a) * (1 - b) + (at(0, 1) * (1 - a) + at(1, 1) * a) * b
    return Image.fromarray(np.round(blend).astype(np.uint8))


def main():
    folder = HERE.parent / "close-ups"
    folder.mkdir(exist_ok=True)
    for place in sys.argv[1:] or CLOSEUPS:
        name, point, across = CLOSEUPS[place]
        panorama = json.loads((HERE.parent / "panoramas" / f"{name}.json").read_text())
        yaw, pitch = direction(panorama, point)
        file = folder / f"{place}.jpg"
        crop(HERE.parent / "panoramas" / f"{name}.jpg", yaw, pitch, across).save(file, quality=88)
        print(f"{place}: {name}, yaw {yaw:.1f}, pitch {pitch:.1f}, {file.stat().st_size >> 10} KiB")


if __name__ == "__main__":
    main()
