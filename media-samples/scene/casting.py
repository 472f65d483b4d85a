"""Writes the flat with its baked light into one file, .render/light/*.scene, which the caster in scene/caster reads."""

import os
import struct
from pathlib import Path

import bpy
import numpy as np
from PIL import Image

import bake
import flat
from flatten import flatten
from light_filter import calmed
from plan import CEILING, ROOMS, STANDPOINTS
from recipes import LIGHT, digest
from vertex_light import at_corners

OPAQUE, GLASS, FROSTED, GAUZE = range(4)


def recipe():
    """Hash of everything that decides the file."""
    return digest((*LIGHT, "flatten", "charts", "bake", "light_filter", "vertex_light", "casting"), bake.recipe())


def path():
    """Where the file lies."""
    return bake.STORE / f"{recipe()}.scene"


def _source(socket):
    return socket.links[0].from_node if socket.is_linked else None


def _picture(node, pictures):
    """Number of the picture that a texture node shows."""
    key = (bpy.path.abspath(node.image.filepath), node.extension == "REPEAT")
    if key not in pictures:
        pictures.append(key)
    return pictures.index(key)


def _place(node):
    """Rows of the map from UV to the picture's own square: scaled, turned, shifted."""
    before = _source(node.inputs["Vector"])
    if before is None or before.type != "MAPPING":
        return [1, 0, 0, 0, 1, 0]
    sx, sy, _ = before.inputs["Scale"].default_value
    tx, ty, _ = before.inputs["Location"].default_value
    turn = before.inputs["Rotation"].default_value[2]
    c, s = np.cos(turn), np.sin(turn)
    return [c * sx, -s * sy, tx, s * sx, c * sy, ty]


def material(of, pictures):
    """Twenty figures as caster/scene.rs reads them: the kind, the principled shader's inputs, pictures, place."""
    nodes = of.node_tree.nodes
    shader = nodes.get("Principled BSDF")
    kind = {"gl": GLASS, "fr": FROSTED, "sh": GAUZE}.get(of.name[:2], OPAQUE) if of.name.startswith(("glass", "frosted glass", "sheer")) else OPAQUE
    if shader is None:
        tint = next(node for node in nodes if node.type == "BSDF_TRANSPARENT").inputs["Color"].default_value
        return [kind, *tint[:3], 0, 0, 0, 0, 0, 0, 0, -1, -1, 1, 0, 0, 0, 1, 0, 0]
    value = {name: shader.inputs[name].default_value for name in ("Base Color", "Roughness", "Metallic", "Coat Weight", "Emission Color", "Emission Strength")}
    picture, cover, place, clear = -1, -1, [1, 0, 0, 0, 1, 0], 0.0
    source = _source(shader.inputs["Base Color"])
    if source is not None:
        picture, place = _picture(source, pictures), _place(source)
    mask = _source(shader.inputs["Alpha"])
    if mask is not None:
        kind, cover = GAUZE, _picture(mask, pictures)
    elif kind == GAUZE:
        gap = next(node for node in nodes if node.type == "BSDF_TRANSPARENT")
        clear = gap.outputs[0].links[0].to_node.inputs[0].default_value
    glow = [c * value["Emission Strength"] for c in value["Emission Color"][:3]]
    return [kind, *value["Base Color"][:3], value["Roughness"], value["Metallic"], value["Coat Weight"], *glow, clear, picture, cover, *place, 0]


def _grown(light, covered, rounds=6):
    """Carry the light of covered texels into their neighbours, so that none that is mixed in is black."""
    light, covered = light.copy(), covered.copy()
    for _ in range(rounds):
        total, count = np.zeros_like(light), np.zeros(covered.shape, np.float32)
        for axis in (0, 1):
            for step in (-1, 1):
                near = np.roll(covered, step, axis)
                total += np.where(near[..., None], np.roll(light, step, axis), 0)
                count += near
        fresh = ~covered & (count > 0)
        light[fresh] = total[fresh] / count[fresh][:, None]
        covered |= fresh
    return light


def _buried(light, covered, owner):
    """Texels far darker than their chart: most lie behind skirting boards or inside furniture and would shine out as dark seams."""
    level = light.mean(2)
    count = np.maximum(np.bincount(owner[covered], minlength=owner.max() + 1), 1)
    mean = np.bincount(owner[covered], level[covered], minlength=owner.max() + 1) / count
    return covered & (level < 0.004 + 0.02 * mean[owner])


def light_maps(triangles, layout):
    """Front and back map without noise and without holes."""
    with np.load(bake.gathered_path()) as kept:
        total, count = kept["total"], int(kept["count"])
    height, width = total.shape[1:3]
    owner = np.zeros((height, width), int)
    for k, (x, y, w, h) in enumerate(layout.boxes):
        owner[y:y + h, x:x + w] = k
    out = []
    for side in total:
        covered = side[..., 3] > 0
        light = np.nan_to_num(side[..., :3]) / count
        covered &= ~_buried(light, covered, owner)
        light = calmed(light, covered, owner)
        # What no texel of its own covers gets the mean of its chart, or of all.
        number = np.maximum(np.bincount(owner[covered], minlength=len(layout.boxes)), 1)
        mean = np.stack([np.bincount(owner[covered], light[..., c][covered], minlength=len(layout.boxes)) / number for c in range(3)], axis=1)
        light = _grown(light, covered)
        empty = light.sum(2) <= 0
        light[empty] = mean[owner[empty]]
        out.append(light.astype(np.float32))
    return out


def write():
    """Write the file if it is not there; the light must be baked."""
    target = path()
    if target.exists():
        return target
    flat.build()
    sky = bake.sky()
    triangles = flatten()
    layout, two_sided = bake.plan_of_light(triangles)
    pictures = []
    materials = [material(of, pictures) for of in triangles.materials]
    front, back = light_maps(triangles, layout)
    place, corners = at_corners(triangles, layout, (front, back))
    draft = target.with_suffix(f".{os.getpid()}.draft")
    with open(draft, "wb") as file:
        file.write(b"KFSCENE1" + struct.pack("<9I", len(triangles.corners), len(materials), len(pictures), layout.width, layout.height,
                                             sky.shape[1], sky.shape[0], len(ROOMS), len(corners)))
        for array, kind in ((triangles.corners, "<f4"), (triangles.normals, "<f4"), (triangles.uv, "<f4"), (layout.uv, "<f4"),
                            (triangles.material, "<u4"), (two_sided, "<u4"), (triangles.thing, "<u4"), (place, "<i4"), (corners, "<f4"),
                            (np.array(materials), "<f4")):
            file.write(np.ascontiguousarray(array, kind).tobytes())
        for name, repeats in pictures:
            with Image.open(name) as picture:
                data = picture.convert("RGB")
            file.write(struct.pack("<3I", *data.size, repeats) + data.tobytes())
        for array in (front, back, sky):
            file.write(np.ascontiguousarray(array, "<f4").tobytes())
        file.write(np.array([_room(room) for room in ROOMS], "<f4").tobytes())
    draft.replace(target)
    return target


def _room(room):
    """Lowest and highest corner, and the point from which reflections are taken: the standpoint in the room or its middle."""
    inside = [s for s in STANDPOINTS if room.x0 < s.x < room.x1 and room.y0 < s.y < room.y1 and s.key != "entrance"]
    eye = (inside[0].x, inside[0].y, inside[0].z) if inside else ((room.x0 + room.x1) / 2, (room.y0 + room.y1) / 2, 1.48)
    low = {"balcony": (room.x0, -1.36, 0.0)}.get(room.key, (room.x0, room.y0, 0.0))
    return [*low, room.x1, room.y1, {"kitchen": 2.42, "bathroom": 2.36, "balcony": 2.5}.get(room.key, CEILING), *eye]


if __name__ == "__main__":
    print(write())
