"""Renders standpoints as equirectangular JPEG with a JSON of the pose beside it.

A picture whose JSON carries the same recipe is left alone, so a broken-off run
goes on where it stopped. Same recipe, same seed.
"""

import argparse
import hashlib
import json
from pathlib import Path

import bpy
import numpy as np
from PIL import Image

import cameras
import develop
import flat
import metadata
from plan import STANDPOINTS

HERE = Path(__file__).resolve().parent
SAMPLES = HERE.parent


def recipe(here, width, samples):
    """Hash of everything that decides the picture."""
    digest = hashlib.blake2b(digest_size=16)
    for source in sorted(HERE.glob("*.py")):
        digest.update(source.read_bytes())
    digest.update(repr((here, width, samples)).encode())
    return digest.hexdigest()


def render(here, width, samples, pictures, truth):
    """One standpoint; returns whether anything had to be done."""
    picture, record = pictures / f"{here.stem}.jpg", truth / f"{here.stem}.json"
    wanted = recipe(here, width, samples)
    if picture.exists() and record.exists() and json.loads(record.read_text())["recipe"] == wanted:
        return False
    if not bpy.data.objects.get("ceiling"):
        flat.build()
    cameras.place(here.x, here.y, here.z, here.heading)
    cameras.equirectangular()
    seed = 1000 + here.number
    cameras.renderer(width, width // 2, samples, seed)
    raw = SAMPLES / ".render" / f"{here.stem}-{wanted}.exr"
    if not raw.exists():
        draft = raw.with_suffix(".part.exr")
        bpy.context.scene.render.filepath = str(draft)
        bpy.ops.render.render(write_still=True)
        draft.replace(raw)
    light = bpy.data.images.load(str(raw))
    pixels = np.empty(width * (width // 2) * 4, np.float32)
    light.pixels.foreach_get(pixels)
    bpy.data.images.remove(light)
    shown = develop.develop(pixels.reshape(width // 2, width, 4)[::-1, :, :3], seed=seed)
    pictures.mkdir(parents=True, exist_ok=True)
    truth.mkdir(parents=True, exist_ok=True)
    Image.fromarray(shown).save(picture, quality=90, subsampling=0, exif=metadata.exif(here.number), xmp=metadata.gpano(width, width // 2, here.heading))
    record.write_text(json.dumps({
        "recipe": wanted, "file": picture.name, "width": width, "height": width // 2, "lens": "equirectangular", "position": [here.x, here.y, here.z],
        "heading": here.heading, "pitch": 0.0, "roll": 0.0, "exposure": 0.0, "samples": samples, "seed": seed, "blender": bpy.app.version_string}, indent=1) + "\n")
    return True


def main():
    """Command line."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--width", type=int, default=8192)
    options.add_argument("--samples", type=int, default=64)
    options.add_argument("--only", help="key of one standpoint")
    options.add_argument("--into", type=Path, default=SAMPLES, help="folder that gets panoramas/ and truth/")
    chosen = options.parse_args()
    for here in STANDPOINTS:
        if chosen.only in (None, here.key):
            done = render(here, chosen.width, chosen.samples, chosen.into / "panoramas", chosen.into / "truth")
            print(f"{here.stem}: {'rendered' if done else 'already there'}", flush=True)


if __name__ == "__main__":
    main()
