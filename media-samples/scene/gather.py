"""Gathers the samples of a picture in slices, so that a render can stop and go on at any time.

Slice k takes the samples k*SLICE .. of one fixed sequence; the sum of slices is
the same however often the render was broken off. What is gathered lies beside
the drafts as one array: light, albedo and normal, nine channels.
"""

import os
import sys
from pathlib import Path

import bpy
import numpy as np

import cameras
from denoise import package_folder

SLICE = 1
SEQUENCE = 64


def _reader():
    """Blender's own OpenImageIO, which its package keeps beside its Python."""
    folder = next(package_folder().glob("*/python/lib/python*/site-packages"))
    if str(folder) not in sys.path:
        sys.path.append(str(folder))
    import OpenImageIO
    return OpenImageIO


def read_layers(path, wanted):
    """Channels of a multilayer EXR by the end of their names, each (height, width, count)."""
    source = _reader().ImageInput.open(str(path))
    names = list(source.spec().channelnames)
    pixels = np.asarray(source.read_image("float"))
    source.close()
    out = {}
    for key, letters in wanted.items():
        places = [next(i for i, name in enumerate(names) if name.endswith(f"{key}.{letter}")) for letter in letters]
        out[key] = pixels[..., places]
    return out


class Gathered:
    """The samples of one picture so far."""

    def __init__(self, stem):
        self.path = stem.with_suffix(".npz")
        self.count, self.total = 0, None
        if self.path.exists():
            with np.load(self.path) as kept:
                self.count, self.total = int(kept["count"]), kept["total"]

    def add(self, light):
        """Add one slice and keep the sum on disk."""
        piece = np.concatenate([light["Combined"], light["Denoising Albedo"], light["Denoising Normal"]], axis=2).astype(np.float32)
        self.total = piece if self.total is None else self.total + piece
        self.count += 1
        self.path.parent.mkdir(parents=True, exist_ok=True)
        draft = self.path.with_name(f"{self.path.stem}.{os.getpid()}.npz")
        np.savez(draft, count=self.count, total=self.total)
        draft.replace(self.path)

    def mean(self):
        """Light, albedo, normal."""
        return np.split(self.total / self.count, 3, axis=2)


def take_slice(gathered, width, height, seed):
    """Render the next slice with the camera as it stands."""
    scene = bpy.context.scene
    cameras.renderer(width, height, SEQUENCE, seed)
    cycles = scene.cycles
    cycles.use_sample_subset, cycles.sample_offset, cycles.sample_subset_length = True, gathered.count * SLICE, SLICE
    draft = gathered.path.with_suffix(f".{os.getpid()}.exr")
    draft.parent.mkdir(parents=True, exist_ok=True)
    scene.render.filepath = str(draft)
    bpy.ops.render.render(write_still=True)
    gathered.add(read_layers(draft, {"Combined": "RGB", "Denoising Albedo": "RGB", "Denoising Normal": "XYZ"}))
    draft.unlink()
