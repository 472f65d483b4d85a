"""Rays cast on the finished meshes: what is hit where, without any rendering.

Clear panes let a ray pass, as they let light pass; net curtains and mirrors are
surfaces. Bevels count: the meshes are the ones that the renderer sees.
"""

import bpy
import numpy as np
from mathutils import Vector
from mathutils.bvhtree import BVHTree

FARTHEST = 6000.0
STEP_BEHIND_PANE = 1e-4


def _metallic(material):
    """How much of a metal a material is, 0 to 1."""
    shader = material.node_tree.nodes.get("Principled BSDF")
    return shader.inputs["Metallic"].default_value if shader else 0.0


class Rays:
    """The scene as one tree of triangles. Build it after `flat.build()`."""

    def __init__(self):
        graph = bpy.context.evaluated_depsgraph_get()
        corners, triangles, owners = [], [], []
        self.names, self.clear, self.shiny = [], [], []
        offset = 0
        for thing in bpy.context.scene.objects:
            if thing.type not in ("MESH", "CURVE"):
                continue
            shown = thing.evaluated_get(graph)
            mesh = shown.to_mesh()
            mesh.calc_loop_triangles()
            count = len(mesh.vertices)
            points = np.empty(count * 3, np.float32)
            mesh.vertices.foreach_get("co", points)
            matrix = np.array(thing.matrix_world, np.float64)
            corners.append(points.reshape(-1, 3) @ matrix[:3, :3].T + matrix[:3, 3])
            faces = np.empty(len(mesh.loop_triangles) * 3, np.int32)
            mesh.loop_triangles.foreach_get("vertices", faces)
            triangles.append(faces.reshape(-1, 3) + offset)
            owners.append(np.full(len(mesh.loop_triangles), len(self.names), np.int32))
            offset += count
            material = thing.data.materials[0] if thing.data.materials else None
            self.names.append(thing.name)
            self.clear.append(material is not None and material.name.startswith("glass"))
            self.shiny.append(material is not None and _metallic(material) > 0.4)
            shown.to_mesh_clear()
        self.owner = np.concatenate(owners)
        self.tree = BVHTree.FromPolygons(np.concatenate(corners).tolist(), np.concatenate(triangles).tolist(), all_triangles=True)

    def cast(self, origin, way):
        """What is seen from `origin` along the unit vector `way`: the thing's number, distance, normal; -1, 0.0 and None for the sky."""
        origin, way, gone = Vector(origin), Vector(way), 0.0
        while True:
            spot, normal, triangle, distance = self.tree.ray_cast(origin, way, FARTHEST)
            if spot is None:
                return -1, 0.0, None
            gone += distance
            thing = int(self.owner[triangle])
            if not self.clear[thing]:
                return thing, gone, normal
            gone += STEP_BEHIND_PANE
            origin = spot + way * STEP_BEHIND_PANE
