"""Hashes by which a render knows whether what it finds was made from the same scripts and figures."""

import hashlib
from pathlib import Path

HERE = Path(__file__).resolve().parent
# The scripts that decide the light which reaches a camera, and those that make a picture of it.
LIGHT = ("plan", "mesh", "textures", "materials", "architecture", "openings", "fittings", "living", "bedrooms", "wet_rooms", "hall", "belongings", "soft",
         "paperwork", "outside", "light", "flat", "cameras", "gather")
PICTURE = (*LIGHT, "denoise", "develop", "metadata")


def digest(scripts, *facts):
    """Hash of scripts by their names and of figures."""
    out = hashlib.blake2b(digest_size=16)
    for name in sorted(scripts):
        out.update((HERE / f"{name}.py").read_bytes())
    out.update(repr(facts).encode())
    return out.hexdigest()
