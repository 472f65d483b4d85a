"""Renders standpoints as equirectangular JPEG with a JSON of the pose beside it.

Goes round the standpoints and takes a slice of samples at each, so that all are
there in some quality early; then denoises and develops. A broken-off run goes on
where it stopped, and a picture made with the same recipe is left alone.
"""

import argparse
import json
from pathlib import Path

import bpy
from PIL import Image

import cameras
import denoise
import develop
import flat
import metadata
from gather import SLICE, Gathered, take_slice
from links import north_yaw
from plan import STANDPOINTS
from recipes import LIGHT, PICTURE, digest

HERE = Path(__file__).resolve().parent
SAMPLES = HERE.parent
# The rooms that matter most first.
ORDER = ("living", "bedroom-main", "kitchen", "bedroom-second", "corridor", "entrance", "bathroom", "balcony")


def scene_recipe(here, width):
    """Hash of everything that decides the light that reaches the camera."""
    return digest(LIGHT, here, width)


def picture_recipe(here, width, samples):
    """Hash of everything that decides the picture."""
    return digest(PICTURE, here, width, samples)


def seed_of(here):
    """The seed of a standpoint."""
    return 1000 + here.number


def gathered_of(here, width):
    """What has been rendered of a standpoint so far."""
    return Gathered(SAMPLES / ".render" / "slices" / f"{here.stem}-{width}-{scene_recipe(here, width)}")


def take(here, width, slices):
    """One more slice of a standpoint, if it has fewer than `slices`."""
    gathered = gathered_of(here, width)
    if gathered.count >= slices:
        return False
    if not bpy.data.objects.get("ceiling"):
        flat.build()
    cameras.place(here.x, here.y, here.z, here.heading)
    cameras.equirectangular()
    take_slice(gathered, width, width // 2, seed_of(here))
    return True


def finish(here, width, pictures):
    """Denoise and develop what has been gathered; returns whether anything had to be done."""
    gathered = gathered_of(here, width)
    if not gathered.count:
        return False
    picture, record = pictures / f"{here.stem}.jpg", pictures / f"{here.stem}.json"
    samples = gathered.count * SLICE
    wanted = picture_recipe(here, width, samples)
    if picture.exists() and record.exists() and json.loads(record.read_text()).get("recipe") == wanted:
        return False
    light = denoise.denoise(*gathered.mean())
    shown = develop.develop(light, seed=seed_of(here), exposure=develop.EXPOSURE[here.key])
    pictures.mkdir(parents=True, exist_ok=True)
    Image.fromarray(shown).save(picture, quality=89, subsampling=0, optimize=True, exif=metadata.exif(here.number),
                                xmp=metadata.gpano(width, width // 2, here.heading))
    record.write_text(json.dumps({
        "recipe": wanted, "file": picture.name, "width": width, "height": width // 2, "lens": "equirectangular", "position": [here.x, here.y, here.z],
        "heading": here.heading, "pitch": 0.0, "roll": 0.0, "north_yaw": north_yaw(here), "exposure": develop.EXPOSURE[here.key], "samples": samples,
        "seed": seed_of(here), "blender": bpy.app.version_string}, indent=1) + "\n")
    return True


def main():
    """Command line."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--width", type=int, default=8192)
    options.add_argument("--samples", type=int, default=32, help=f"samples a pixel, in slices of {SLICE}")
    options.add_argument("--only", help="keys of standpoints, with commas between")
    options.add_argument("--finish-only", action="store_true", help="make pictures of what has been gathered so far")
    options.add_argument("--into", type=Path, default=SAMPLES / "panoramas", help="folder that gets the pictures")
    chosen = options.parse_args()
    wanted = [next(s for s in STANDPOINTS if s.key == key) for key in (chosen.only.split(",") if chosen.only else ORDER)]
    if not chosen.finish_only:
        slices = max(1, chosen.samples // SLICE)
        for number in range(1, slices + 1):
            for here in wanted:
                if take(here, chosen.width, number):
                    print(f"{here.stem}: slice {number} of {slices}", flush=True)
    for here in wanted:
        print(f"{here.stem}: {'written' if finish(here, chosen.width, chosen.into) else 'left alone'}", flush=True)


if __name__ == "__main__":
    main()
