"""The finished scene as plain arrays: triangles with normals, UV and materials, for the light map and for the caster.

Modifiers are applied; everything is in metres, east, north, up. Nothing is rendered here.
"""

from dataclasses import dataclass

import bpy
import numpy as np


@dataclass
class Triangles:
    """All triangles of the scene; the first axis of every array but `materials` counts triangles."""

    corners: np.ndarray  # (n, 3, 3) metres
    normals: np.ndarray  # (n, 3, 3) shading normals
    uv: np.ndarray  # (n, 3, 2) as the materials read it
    material: np.ndarray  # (n,) place in `materials`
    thing: np.ndarray  # (n,) number of the object
    local: np.ndarray  # (n, 3, 3) corners in the object's own axes, metres
    vertex: np.ndarray  # (n, 3) numbers of the corners, unique in the scene
    materials: list  # Blender's materials
    names: list  # of the objects


def _uv(mesh, loops):
    layer = mesh.uv_layers.active
    if layer is None:
        return np.zeros((*loops.shape, 2), np.float32)
    values = np.empty(len(mesh.loops) * 2, np.float32)
    layer.data.foreach_get("uv", values)
    return values.reshape(-1, 2)[loops]


def flatten():
    """Triangles of every mesh and curve, in the order of the scene's objects."""
    graph = bpy.context.evaluated_depsgraph_get()
    parts, materials, names, vertices = [], [], [], 0
    for thing in bpy.context.scene.objects:
        if thing.type not in ("MESH", "CURVE"):
            continue
        shown = thing.evaluated_get(graph)
        mesh = shown.to_mesh()
        mesh.calc_loop_triangles()
        count = len(mesh.loop_triangles)
        if count:
            points, loops, corners = (np.empty(len(mesh.vertices) * 3, np.float32), np.empty(count * 3, np.int32), np.empty(count * 3, np.int32))
            normals = np.empty(len(mesh.loops) * 3, np.float32)
            mesh.vertices.foreach_get("co", points)
            mesh.loop_triangles.foreach_get("loops", loops)
            mesh.loop_triangles.foreach_get("vertices", corners)
            mesh.corner_normals.foreach_get("vector", normals)
            points, loops, corners = points.reshape(-1, 3), loops.reshape(-1, 3), corners.reshape(-1, 3)
            matrix = np.array(thing.matrix_world, np.float64)
            local = points[corners]
            material = thing.data.materials[0]
            if material not in materials:
                materials.append(material)
            parts.append((local @ matrix[:3, :3].T + matrix[:3, 3], normals.reshape(-1, 3)[loops] @ matrix[:3, :3].T, _uv(mesh, loops),
                          np.full(count, materials.index(material)), np.full(count, len(names)), local, corners + vertices))
            vertices += len(points)
            names.append(thing.name)
        shown.to_mesh_clear()
    arrays = [np.concatenate(column) for column in zip(*parts)]
    a, b, c = (arrays[0][:, k] for k in range(3))
    real = np.linalg.norm(np.cross(b - a, c - a), axis=1) > 1e-10
    return Triangles(*(array[real] for array in arrays), materials, names)
