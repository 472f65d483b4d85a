"""Bakes the light of the flat once, so that films need no bounces: irradiance on every surface, gathered by Cycles.

The light map holds light without colour: what a white surface would send back.
Surfaces with an open border (curtains, leaves, papers) have a second map for
their backs. Samples are gathered pass by pass under .render/light; a run that
was broken off goes on where it stopped.
"""

import argparse
import os
from pathlib import Path

import bpy
import numpy as np

import cameras
import charts
import flat
from flatten import flatten
from gather import read_layers
from plan import ROOMS
from recipes import LIGHT, digest

STORE = Path(__file__).resolve().parent.parent / ".render" / "light"
WIDTH = 2048
INSIDE = 0.018  # metres a texel in the rooms
SUNLIT = 0.01  # on floors that the sun reaches
UNSEEN = 5.0  # by how much coarser where no camera can look
PASS = 8  # samples a texel in one pass
PASSES = 3
SKY = (1024, 512)


def recipe():
    """Hash of everything that decides the light."""
    return digest((*LIGHT, "flatten", "charts", "bake"), WIDTH, INSIDE, SUNLIT)


def texels(triangles, chart):
    """Metres a texel of every chart: fine in the rooms, coarser with distance outside and where nobody can look."""
    count = chart.max() + 1
    middle = triangles.corners.mean(1)
    total = np.zeros((count, 3))
    np.add.at(total, chart, middle)
    centre = total / np.bincount(chart)[:, None]
    away = np.linalg.norm(np.maximum(np.maximum((-0.4, -1.6, -0.3) - centre, centre - (7.2, 7.8, 2.8)), 0), axis=1)
    size = np.where(away > 0.5, np.clip(away * 0.02, 0.15, 20.0), INSIDE)
    names = np.array(triangles.names)[triangles.thing]
    first = np.zeros(count, int)
    first[chart] = np.arange(len(chart))
    sunlit = np.isin(names[first], ("floor living", "floor bedroom_main", "floor balcony", "rug"))
    size = np.where(sunlit, SUNLIT, size)
    return size * np.where(_unseen(triangles, chart, size), UNSEEN, 1.0)


def _unseen(triangles, chart, size):
    """Large charts that no point at a camera's height in any room sees."""
    from mathutils import Vector
    from mathutils.bvhtree import BVHTree
    glass = np.array([m.name.startswith("glass") for m in triangles.materials])[triangles.material]
    tree = BVHTree.FromPolygons(triangles.corners[~glass].reshape(-1, 3).tolist(), np.arange(3 * (~glass).sum()).reshape(-1, 3).tolist(), all_triangles=True)
    eyes = [Vector((x, y, z)) for room in ROOMS for x in np.linspace(room.x0 + 0.3, room.x1 - 0.3, 3) for y in np.linspace(room.y0 + 0.3, room.y1 - 0.3, 3)
            for z in (0.9, 1.5)]
    a, b, c = (triangles.corners[:, k] for k in range(3))
    area = np.linalg.norm(np.cross(b - a, c - a), axis=1) / 2
    total = np.bincount(chart, area)
    out = np.zeros(len(total), bool)
    dice = np.random.default_rng(7)
    members = np.argsort(chart, kind="stable")
    starts = np.searchsorted(chart[members], np.arange(len(total) + 1))
    for k in np.flatnonzero(total > 400 * size ** 2):
        inside = members[starts[k]:starts[k + 1]]
        seen = False
        for t in dice.choice(inside, 40, p=area[inside] / area[inside].sum()):
            u = np.sort(dice.uniform(size=2))
            spot = Vector(a[t] * u[0] + b[t] * (u[1] - u[0]) + c[t] * (1 - u[1]))
            normal = Vector(np.cross(b[t] - a[t], c[t] - a[t])).normalized()
            near = sorted(eyes, key=lambda eye: (eye - spot).length_squared)[:24]
            for eye in near:
                way = eye - spot
                length = way.length
                way.normalize()
                side = normal if way.dot(normal) > 0 else -normal
                if tree.ray_cast(spot + side * 0.002, way, length)[0] is None:
                    seen = way.dot(normal) > 0 or not _closed(triangles, inside)
                    break
            if seen:
                break
        out[k] = not seen
    return out


def _closed(triangles, members):
    """Whether these triangles belong to a thing of more than two faces, whose backs are inside."""
    return (triangles.thing == triangles.thing[members[0]]).sum() > 2


def open_things(triangles):
    """Which triangles belong to things that have a border, so that both sides may be seen."""
    edges = np.sort(np.concatenate([triangles.vertex[:, pair] for pair in ((0, 1), (1, 2), (2, 0))]), axis=1)
    _, place, count = np.unique(edges, axis=0, return_inverse=True, return_counts=True)
    border = (count == 1)[place].reshape(3, -1).any(0)
    return np.isin(triangles.thing, np.unique(triangles.thing[border]))


def joined(name, triangles, light_uv, chosen, flipped=False):
    """One Blender object of the chosen triangles with the scene's materials and a second UV layer for the light map."""
    order = (0, 2, 1) if flipped else (0, 1, 2)
    corners, normals = triangles.corners[chosen][:, order], triangles.normals[chosen][:, order] * (-1 if flipped else 1)
    mesh = bpy.data.meshes.new(name)
    count = len(corners)
    mesh.vertices.add(count * 3)
    mesh.loops.add(count * 3)
    mesh.polygons.add(count)
    mesh.vertices.foreach_set("co", corners.astype(np.float32).ravel())
    mesh.loops.foreach_set("vertex_index", np.arange(count * 3, dtype=np.int32))
    mesh.polygons.foreach_set("loop_start", np.arange(0, count * 3, 3, dtype=np.int32))
    for material in triangles.materials:
        mesh.materials.append(material)
    mesh.polygons.foreach_set("material_index", triangles.material[chosen].astype(np.int32))
    mesh.polygons.foreach_set("use_smooth", np.ones(count, bool))
    mesh.update(calc_edges=True)
    for layer, values in (("UVMap", triangles.uv), ("light", light_uv)):
        mesh.uv_layers.new(name=layer).data.foreach_set("uv", values[chosen][:, order].astype(np.float32).ravel())
    mesh.uv_layers["UVMap"].active_render = True
    mesh.uv_layers.active = mesh.uv_layers["light"]
    mesh.normals_split_custom_set(normals.reshape(-1, 3).tolist())
    thing = bpy.data.objects.new(name, mesh)
    bpy.context.scene.collection.objects.link(thing)
    return thing


def sky():
    """The sky alone, as light in all directions: (height, width, 3), north in the middle."""
    path = STORE / f"sky-{recipe()}.npy"
    if not path.exists():
        hidden = [thing for thing in bpy.context.scene.objects if thing.type in ("MESH", "CURVE")]
        for thing in hidden:
            thing.hide_render = True
        cameras.place(0, 0, 2, 0)
        cameras.equirectangular()
        cameras.renderer(*SKY, 4, 1)
        draft = STORE / "sky.exr"
        bpy.context.scene.render.filepath = str(draft)
        bpy.ops.render.render(write_still=True)
        np.save(path, read_layers(draft, {"Combined": "RGB"})["Combined"].astype(np.float32))
        draft.unlink()
        for thing in hidden:
            thing.hide_render = False
    return np.load(path)


def plan_of_light(triangles):
    """The charts, and which triangles have two sides."""
    chart, looks = charts.cut(triangles)
    return charts.lay(triangles, chart, looks, texels(triangles, chart), WIDTH), open_things(triangles)


def prepare(triangles, layout, two_sided):
    """Put the joined objects in the place of all others; returns them, fronts, sheets and sheets' backs."""
    scale = np.array([layout.width, layout.height], float)
    uv = layout.uv / scale
    for thing in list(bpy.context.scene.objects):
        if thing.type in ("MESH", "CURVE"):
            bpy.data.objects.remove(thing)
    target = bpy.data.images.new("light", layout.width, layout.height, float_buffer=True, alpha=True)
    for material in triangles.materials:
        nodes = material.node_tree.nodes
        shader = nodes.get("Principled BSDF")
        for link in list(material.node_tree.links):
            if shader is not None and link.to_node == shader and link.to_socket.name == "Normal":
                material.node_tree.links.remove(link)
        node = nodes.new("ShaderNodeTexImage")
        node.image = target
        nodes.active = node
    return target, [joined("solid", triangles, uv, ~two_sided), joined("sheets", triangles, uv, two_sided), joined("backs", triangles, uv, two_sided, True)]


def gather(target, things, number):
    """One pass of samples: front map and back map, (height, width, 4), the last channel says where there is a surface."""
    solid, sheets, backs = things
    scene = bpy.context.scene
    cameras.renderer(64, 64, PASS, 5000 + number)
    scene.render.use_persistent_data = False
    scene.render.bake.use_clear = True
    out = []
    for thing, absent in ((solid, backs), (sheets, backs), (backs, sheets)):
        for other in things:
            other.hide_render = other is absent
            other.select_set(other is thing)
        bpy.context.view_layer.objects.active = thing
        bpy.ops.object.bake(type="DIFFUSE", pass_filter={"DIRECT", "INDIRECT"}, margin=0, use_clear=True, target="IMAGE_TEXTURES")
        pixels = np.empty(target.size[0] * target.size[1] * 4, np.float32)
        target.pixels.foreach_get(pixels)
        out.append(pixels.reshape(target.size[1], target.size[0], 4).copy())
    front = np.where(out[0][..., 3:] > 0, out[0], out[1])
    return np.stack([front, out[2]]).astype(np.float32)


def gathered_path():
    """The sum of all passes so far."""
    return STORE / f"{recipe()}.npz"


def bake(passes):
    """Gather until there are so many passes."""
    STORE.mkdir(parents=True, exist_ok=True)
    path = gathered_path()
    done, total = 0, None
    if path.exists():
        with np.load(path) as kept:
            done, total = int(kept["count"]), kept["total"]
    if done >= passes:
        return
    flat.build()
    sky()
    triangles = flatten()
    layout, two_sided = plan_of_light(triangles)
    print(f"light map of {layout.width}x{layout.height} texels, {len(layout.boxes)} charts", flush=True)
    target, things = prepare(triangles, layout, two_sided)
    while done < passes:
        piece = gather(target, things, done)
        total = piece if total is None else total + piece
        done += 1
        draft = path.with_suffix(f".{os.getpid()}.npz")
        np.savez(draft, count=done, total=total)
        draft.replace(path)
        print(f"pass {done} of {passes}", flush=True)


def main():
    """Command line."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--passes", type=int, default=PASSES, help=f"passes of {PASS} samples a texel")
    bake(options.parse_args().passes)


if __name__ == "__main__":
    main()
