"""Does a known edge, projected by the pose in the JSON, fall on the pixel where the picture shows it?

Edges are where the sheet of a framed picture meets the frame's inner side: light
paper beside dark wood, with no rounding between. Prints the distance in pixels.
"""

import json
import math
import sys
from pathlib import Path

import numpy as np
from PIL import Image

PANORAMAS = Path(__file__).resolve().parent.parent / "panoramas"
REACH = 3  # pixels to either side of the expected place: less than the width of a frame, whose outer edge may be the stronger step

# Picture, name of the edge, a point on it, whether the edge stands upright in the picture.
EDGES = (
    ("02-living", "landscape, far side, where the paper is light", (6.788, 0.85, 1.86), True),
    ("02-living", "landscape, top", (6.788, 1.15, 1.92), False),
    ("02-living", "landscape, bottom", (6.788, 1.15, 1.32), False),
    ("02-living", "calligraphy, far side", (3.312, 0.82, 1.72), True),
    ("02-living", "calligraphy, top", (3.312, 1.20, 1.91), False),
)


def pixel(pose, point):
    """Column and row (pixel centres at .5) where the picture shows a point."""
    east, north, up = (p - q for p, q in zip(point, pose["position"]))
    yaw = (math.degrees(math.atan2(east, north)) - pose["heading"] + 180) % 360 - 180
    pitch = math.degrees(math.atan2(up, math.hypot(east, north)))
    return (yaw / 360 + 0.5) * pose["width"], (0.5 - pitch / 180) * pose["height"]


def distance(picture, column, row, upright):
    """Signed pixels from the expected place to the strongest step across it."""
    line = picture[int(row), int(column) - REACH:int(column) + REACH + 1] if upright else picture[int(row) - REACH:int(row) + REACH + 1, int(column)]
    step = np.abs(np.diff(line))
    k = int(step.argmax())
    window = slice(max(k - 2, 0), k + 3)
    # Step i lies between pixel i and pixel i + 1, that is at i + 1 counted from the first pixel's edge.
    found = (np.arange(len(step))[window] * step[window]).sum() / step[window].sum() + 1
    expected = column if upright else row
    return found + int(expected) - REACH - expected


def main():
    """Check every edge; exit status 1 if one is off by more than a pixel and a half."""
    worst = 0.0
    for stem, name, point, upright in EDGES:
        pose = json.loads((PANORAMAS / f"{stem}.json").read_text())
        with Image.open(PANORAMAS / f"{stem}.jpg") as file:
            picture = np.asarray(file.convert("L"), float)
        off = distance(picture, *pixel(pose, point), upright)
        worst = max(worst, abs(off))
        print(f"{stem} {name}: {off:+.2f} px of {pose['width']}")
    sys.exit(int(worst > 1.5))


if __name__ == "__main__":
    main()
