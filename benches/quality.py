"""How near the tiles of the deepest level come to the truth, beside the peers, from the same lossless panorama.

    script/bench quality [WIDTH]

The panorama samples a sum of plane waves on the sphere whose finest has 0.9 of the highest frequency that its columns can hold at
the horizon, so the true value of every pixel of every face is known. All write PNG tiles of faces of the same edge.
Printed: PSNR of all six faces, the worst face, the outermost four pixels; the shift of the picture in pixels, worst face;
and the step across the twelve edges against the true one (dB below full scale).
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import numpy as np
from PIL import Image

import common

Image.MAX_IMAGE_PIXELS = None
WAVES = 32
# Direction of the pixel at (u right, v down, each -1 to 1) of each face: x right, y up, z ahead.
FACES = {
    "f": lambda u, v, one: (u, -v, one),
    "r": lambda u, v, one: (one, -v, -u),
    "b": lambda u, v, one: (-u, -v, -one),
    "l": lambda u, v, one: (-one, -v, u),
    "u": lambda u, v, one: (u, one, v),
    "d": lambda u, v, one: (u, -one, -v),
}


class Pattern:
    """Plane waves, as many an octave, the finer the weaker as in photographs."""

    def __init__(self, finest):
        random = np.random.default_rng(7)
        self.wave = np.geomspace(16, finest, WAVES)
        self.weight = self.wave**-0.5
        self.weight *= 0.45 / np.sqrt((self.weight**2).sum()) / 2
        direction = random.normal(size=(WAVES, 3))
        self.direction = direction / np.linalg.norm(direction, axis=1, keepdims=True)
        self.phase = random.uniform(0, 2 * np.pi, WAVES)

    def at(self, x, y, z):
        """Values from 0 to 255 at unit vectors."""
        total = np.full(x.shape, 0.5)
        for wave, weight, direction, phase in zip(self.wave, self.weight, self.direction, self.phase):
            total += weight * np.sin(wave * (direction[0] * x + direction[1] * y + direction[2] * z) + phase)
        return np.clip(total, 0, 1) * 255


def write_panorama(pattern, width, path):
    longitude = ((np.arange(width) + 0.5) / width * 2 - 1) * np.pi
    rows = []
    for row in range(width // 2):
        latitude = (0.5 - (row + 0.5) / (width // 2)) * np.pi
        values = pattern.at(np.cos(latitude) * np.sin(longitude), np.full(width, np.sin(latitude)), np.cos(latitude) * np.cos(longitude))
        rows.append(np.rint(values).astype(np.uint8))
    grey = np.stack(rows)
    Image.fromarray(np.dstack([grey] * 3)).save(path, compress_level=1)


def true_face(pattern, face, edge):
    """With a rim of one pixel more on each side, which lies on the neighbouring faces' side of the edge."""
    along = (np.arange(-1, edge + 1) + 0.5) / edge * 2 - 1
    u, v = np.meshgrid(along, along)
    x, y, z = FACES[face](u, v, np.ones_like(u))
    length = np.sqrt(x * x + y * y + z * z)
    return pattern.at(x / length, y / length, z / length)


def made_face(folder, face):
    config = json.loads((folder / "config.json").read_text())["multiRes"]
    edge, tile, deepest = (config[name] for name in ("cubeResolution", "tileResolution", "maxLevel"))
    picture = np.zeros((edge, edge))
    for row in range(-(-edge // tile)):
        for column in range(-(-edge // tile)):
            path = folder / str(deepest) / f"{face}{row}_{column}.png"
            part = np.asarray(Image.open(path).convert("L"), dtype=float)
            picture[row * tile :, column * tile :][: part.shape[0], : part.shape[1]] = part
    return picture


def decibel(error):
    return 10 * np.log10(255**2 / np.mean(np.square(error)))


def shift(error, truth):
    """The move that best explains the error, in pixels: least squares on the slopes of the truth."""
    down, right = np.gradient(truth)
    slopes = np.stack([right.ravel(), down.ravel()], axis=1)
    return float(np.hypot(*np.linalg.lstsq(slopes, error.ravel(), rcond=None)[0]))


def edge_lines(faces):
    """The first row of pixels inside each face along each of its edges, keyed by the directions of its ends."""
    lines = {}
    for name, picture in faces.items():
        for line, ends in (
            (picture[0], ((-1, -1), (1, -1))),
            (picture[-1], ((-1, 1), (1, 1))),
            (picture[:, 0], ((-1, -1), (-1, 1))),
            (picture[:, -1], ((1, -1), (1, 1))),
        ):
            corners = [FACES[name](*end, 1) for end in ends]
            if corners[0] > corners[1]:
                corners, line = corners[::-1], line[::-1]
            lines.setdefault(tuple(corners), []).append(line)
    return lines.values()


def judged(pattern, folder):
    made = {face: made_face(folder, face) for face in FACES}
    edge = len(made["f"])
    whole, rims, shifts, worst, truths = [], [], [], np.inf, {}
    for face, picture in made.items():
        truth = true_face(pattern, face, edge)[1:-1, 1:-1]
        truths[face] = truth
        error = picture - truth
        whole.append(error.ravel())
        worst = min(worst, decibel(error))
        rims.append(np.concatenate([error[:4].ravel(), error[-4:].ravel(), error[:, :4].ravel(), error[:, -4:].ravel()]))
        shifts.append(shift(error, truth))
    steps = [
        (one - other) - (true_one - true_other)
        for (one, other), (true_one, true_other) in zip(edge_lines(made), edge_lines(truths))
    ]
    return decibel(np.concatenate(whole)), worst, decibel(np.concatenate(rims)), max(shifts), decibel(np.concatenate(steps))


def commands(source, out, edge):
    rows = {"kanfang": [common.KANFANG, "tile", source, "--out", out, "--format", "png", "--face", edge]}
    missing = []
    generate = os.environ.get("BENCH_PEER_GENERATE")
    if generate and shutil.which("nona"):
        rows["pannellum generate.py"] = [sys.executable, generate, source, "-o", out, "--png", "-c", edge]
    else:
        missing.append("pannellum generate.py (BENCH_PEER_GENERATE and nona)")
    if common.TILER.exists():
        rows["panorama-tiler, bicubic"] = [common.TILER, source, out, "png", edge]
    else:
        missing.append("panorama-tiler (script/bench without --no-install builds it)")
    return rows, missing


def main():
    width = int(sys.argv[1]) if len(sys.argv) > 1 else 4096
    edge = str(int(width / np.pi / 8) * 8)
    pattern = Pattern(0.9 * width / 2)
    with tempfile.TemporaryDirectory() as work:
        source = os.path.join(work, "pattern.png")
        write_panorama(pattern, width, source)
        print(f"{width}x{width // 2}, faces of {edge}; finest wave {pattern.wave[-1]:.0f} rad/rad")
        print(f"{'':26} {'PSNR':>6} {'worst face':>10} {'rim':>6} {'shift px':>9} {'edge steps':>10}")
        rows, missing = commands(source, os.path.join(work, "out"), edge)
        for name, command in rows.items():
            out = pathlib.Path(work, "out")
            shutil.rmtree(out, ignore_errors=True)
            if subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode:
                missing.append(f"{name} (it failed)")
                continue
            all_faces, worst, rim, moved, steps = judged(pattern, out)
            print(f"{name:26} {all_faces:6.2f} {worst:10.2f} {rim:6.2f} {moved:9.4f} {steps:10.2f}")
        for name in missing:
            print(f"not measured: {name}")


main()
