"""The whole scene from nothing: one call builds it in an empty Blender file."""

import bpy

import architecture
import bedrooms
import belongings
import fittings
import hall
import light
import living
import openings
import outside
import wet_rooms


def build():
    """Empty the file and build the flat, room by room."""
    bpy.ops.preferences.addon_enable(module="cycles")
    for thing in list(bpy.data.objects):
        bpy.data.objects.remove(thing)
    for part in (architecture, openings, fittings, living, bedrooms, wet_rooms, hall, belongings, outside, light):
        part.build()
