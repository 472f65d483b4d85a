"""Renders the sets of ordinary photographs and the dual-fisheye pictures, with poses.json beside them.

As with the panoramas, samples are gathered in slices and a broken-off run goes
on where it stopped; a file is written when all its slices are there.
"""

import argparse
import dataclasses
import json
import math
from pathlib import Path

import bpy
import numpy as np
from PIL import Image

import camera_body
import cameras
import denoise
import develop
import flat
import metadata
from gather import SLICE, Gathered, take_slice
from photo_sets import DUALS, SETS, shots
from plan import standpoint
from recipes import LIGHT, digest

SAMPLES = Path(__file__).resolve().parent.parent
# The two lenses meter alike but are not quite equally bright, as in any camera of this kind.
DUAL_STEPS = (0.0, -0.15)
QUICK = 10  # by how much smaller a quick run's pictures are


def gathered_of(name, shot, facts):
    """What has been rendered of a shot so far."""
    return Gathered(SAMPLES / ".render" / "slices" / f"{name}-{digest(LIGHT, shot, facts)}")


def take(gathered, shot, point_camera, width, height, seed, slices):
    """Render what is missing of one shot."""
    while gathered.count < slices:
        if not bpy.data.objects.get("ceiling"):
            flat.build()
        cameras.place(*shot.position, shot.heading, shot.pitch, shot.roll)
        point_camera()
        take_slice(gathered, width, height, seed)


def wrapped(angle):
    """The same direction within -180..180."""
    return (angle + 180) % 360 - 180


def photographed(photos, number, shot, slices):
    """One shot of a set: rendered, bent by the lens, developed once a step of the bracket. Yields name, picture, record."""
    width, height = camera_body.canvas(photos)
    gathered = gathered_of(f"{photos.key}-{number:02d}", shot, (width, height, photos.focal))
    seed = photos.seed * 100 + number
    take(gathered, shot, lambda: cameras.perspective(math.degrees(2 * math.atan(width / 2 / photos.focal))), width, height, seed, slices)
    light = denoise.denoise(*gathered.mean(), around=False)
    light = camera_body.darkened(camera_body.veiled(camera_body.distorted(light, photos), photos.glare), photos)
    base = develop.EXPOSURE[photos.standpoint] + photos.brighter
    exposure = base if len(photos.bracket) > 1 else camera_body.metered(light, base)
    for step, bias in enumerate(photos.bracket):
        name = f"{(number - 1) * len(photos.bracket) + step + 1:02d}"
        picture = develop.develop(light, exposure + bias, local=0.0, grain=0.006, seed=seed + step, straight=len(photos.bracket) > 1)
        yield name, picture, {
            "file": f"{name}.jpg", "width": photos.width, "height": photos.height, "lens": "rectilinear", "focal": round(photos.focal, 4), "k1": photos.k1,
            "position": list(shot.position), "heading": shot.heading, "pitch": shot.pitch, "roll": shot.roll,
            "exposure": round(exposure + bias, 4), "exposure_bias": bias, "samples": gathered.count * SLICE, "seed": seed}


def photo_set(photos, slices, into, most):
    """Write one set, at most so many directions of it."""
    folder = into / "photo-sets" / photos.key
    folder.mkdir(parents=True, exist_ok=True)
    records, here = [], standpoint(photos.standpoint)
    for number, shot in enumerate(shots(photos)[:most], 1):
        for name, picture, record in photographed(photos, number, shot, slices):
            exif = metadata.phone_exif(number, record["exposure"], record["exposure_bias"], len(photos.bracket) > 1,
                                       photos.focal * 43.2666 / math.hypot(photos.width, photos.height))
            Image.fromarray(picture).save(folder / record["file"], quality=91, subsampling=2, optimize=True, exif=exif)
            records.append(record)
        print(f"{photos.key} {number}", flush=True)
    poses = {Path(record["file"]).stem: {"yaw": round(wrapped(record["heading"] - here.heading), 4), "pitch": record["pitch"], "roll": record["roll"]}
             for record in records}
    facts = {"standpoint": here.stem, "hfov": photos.hfov, "layout": photos.layout, "vignette": photos.vignette, "glare": photos.glare,
             "seed": photos.seed, "blender": bpy.app.version_string}
    _write(folder / "poses.json", facts, records, poses)


def _write(path, facts, records, poses):
    """One photo a line, so that a change shows in a comparison."""
    lines = ",\n".join("  " + json.dumps(record) for record in records)
    inside = ",\n ".join(f"{json.dumps(key)}: {json.dumps(value)}" for key, value in {**facts, "poses": poses}.items())
    path.write_text(f'{{\n {inside},\n "photos": [\n{lines}\n]}}\n')


def circle(dual, lens, shot, slices):
    """The square of one lens: light inside the circle, black outside, darker towards its rim."""
    gathered = gathered_of(f"dual-{dual.key}-{lens}", shot, (dual.edge, dual.focal))
    whole = math.degrees(dual.edge / dual.focal)
    take(gathered, shot, lambda: cameras.fisheye(whole), dual.edge, dual.edge, dual.seed * 100 + lens, slices)
    light = denoise.denoise(*gathered.mean(), around=False)
    v, u = np.mgrid[0:dual.edge, 0:dual.edge] - (dual.edge - 1) / 2
    radius = np.hypot(u, v) / (dual.edge / 2 * dual.fill)
    rim = np.clip((1 - radius) * dual.edge / 2 / 5 + 0.5, 0, 1)
    return light * (rim * (1 - 0.4 * np.clip(radius, 0, 1) ** 4))[..., None].astype(np.float32), gathered.count * SLICE


def dual_fisheye(dual, slices, into):
    """Write one picture of two circles; a record a lens."""
    folder = into / "dual-fisheye"
    folder.mkdir(parents=True, exist_ok=True)
    front, back = dual.lenses()
    exposure = develop.EXPOSURE[dual.standpoint]
    halves = [circle(dual, lens, shot, slices) for lens, shot in enumerate((front, back))]
    light = np.concatenate([half * np.float32(2.0 ** step) for (half, _), step in zip(halves, DUAL_STEPS)], axis=1)
    picture = develop.develop(light, exposure, local=0.0, grain=0.005, seed=dual.seed)
    name = f"{dual.key}.jpg"
    Image.fromarray(picture).save(folder / name, quality=91, subsampling=2, optimize=True, exif=metadata.exif(dual.seed % 100))
    print(f"dual fisheye {dual.key}", flush=True)
    return lens_records(dual, name, halves[0][1])


def lens_records(dual, name, samples):
    """The record of each lens of a dual-fisheye picture."""
    return [{"file": name, "part": part, "standpoint": standpoint(dual.standpoint).stem, "width": 2 * dual.edge, "height": dual.edge,
             "lens": "equidistant", "fov": dual.fov, "focal": round(dual.focal, 4), "centre": [(dual.edge - 1) / 2 + k * dual.edge, (dual.edge - 1) / 2],
             "radius": dual.edge / 2 * dual.fill, "position": list(shot.position), "heading": shot.heading, "pitch": shot.pitch, "roll": shot.roll,
             "exposure": develop.EXPOSURE[dual.standpoint] + step, "samples": samples, "seed": dual.seed * 100 + k}
            for k, (part, shot, step) in enumerate(zip(("front", "back"), dual.lenses(), DUAL_STEPS))]


def main():
    """Command line."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--samples", type=int, default=2, help="samples a pixel")
    options.add_argument("--only", help="keys of sets, with commas between; dual means the dual-fisheye pictures")
    options.add_argument("--quick", action="store_true", help="two small photos of each set and the dual-fisheye pictures small, into .render/quick")
    chosen = options.parse_args()
    wanted = chosen.only.split(",") if chosen.only else [photos.key for photos in SETS] + ["dual"]
    slices = max(1, chosen.samples // SLICE)
    into, shrink, most = (SAMPLES / ".render" / "quick", QUICK, 2) if chosen.quick else (SAMPLES, 1, None)
    for key in wanted:
        if key == "dual":
            records = []
            for dual in DUALS:
                records += dual_fisheye(dataclasses.replace(dual, edge=dual.edge // shrink), slices, into)
                _write(into / "dual-fisheye" / "poses.json", {"blender": bpy.app.version_string}, records, {})
        else:
            photos = next(photos for photos in SETS if photos.key == key)
            photo_set(dataclasses.replace(photos, width=photos.width // shrink, height=photos.height // shrink), slices, into, most)


if __name__ == "__main__":
    main()
