"""film.py, its scene cleared at once before the light is gathered: thing by thing takes Blender a minute.

A file of its own because the texts of film.py and bake.py are part of the recipes by which films know that they are up to date.
"""

import bake
import bpy
import film

one_by_one = bake.prepare


def prepare(triangles, layout, two_sided):
    """The same objects in the place of all others."""
    bpy.data.batch_remove([thing for thing in bpy.context.scene.objects if thing.type in ("MESH", "CURVE")])
    return one_by_one(triangles, layout, two_sided)


bake.prepare = prepare

if __name__ == "__main__":
    film.main()
