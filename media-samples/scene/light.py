"""Afternoon sun, sky, window portals, lamps."""

import math

import bpy
import materials
from mesh import add_object, cylinder, lathe, placed
from plan import opening

SUN_AZIMUTH = 222.0  # degrees clockwise from north: mid-afternoon in early autumn
SUN_ELEVATION = 27.0


def build():
    """Sky, sun, the daylight that the panes pass on, and every lamp that is switched on."""
    _sky()
    _sun()
    _portals()
    _window_light()
    _lamps()


def _sky():
    world = bpy.context.scene.world or bpy.data.worlds.new("sky")
    bpy.context.scene.world = world
    world.use_nodes = True
    nodes, links = world.node_tree.nodes, world.node_tree.links
    sky = nodes.new("ShaderNodeTexSky")
    sky.sky_type = "NISHITA"
    sky.sun_disc = False
    sky.sun_elevation = math.radians(SUN_ELEVATION)
    sky.sun_rotation = math.radians(SUN_AZIMUTH)
    sky.altitude = 50
    sky.air_density = 1.0
    sky.dust_density = 2.6
    sky.ozone_density = 1.6
    background = nodes["Background"]
    background.inputs["Strength"].default_value = 0.22
    links.new(sky.outputs["Color"], background.inputs["Color"])
    world.cycles.sampling_method = "MANUAL"
    world.cycles.sample_map_resolution = 512


def _sun():
    data = bpy.data.lights.new("sun", "SUN")
    data.energy = 12.0
    data.angle = math.radians(0.6)
    data.color = (1.0, 0.87, 0.70)
    thing = add_object("sun", data)
    thing.rotation_euler = (math.radians(90 - SUN_ELEVATION), 0, -math.radians(SUN_AZIMUTH) + math.pi)


def _portals():
    """Tell Cycles through which holes the sky shines."""
    for key in ("window_bedroom_main", "window_bedroom_second", "window_kitchen"):
        wall, hole = opening(key)
        south = wall.key == "south"
        _portal((hole.start + hole.end) / 2, wall.near + 0.02 if south else wall.far - 0.02, (hole.sill + hole.head) / 2,
                hole.end - hole.start, hole.head - hole.sill, 90 if south else -90)
    _portal(5.05, -1.44, 1.75, 3.5, 1.5, 90)


def _portal(x, y, z, width, height, pitch):
    data = bpy.data.lights.new("portal", "AREA")
    data.shape = "RECTANGLE"
    data.size, data.size_y = width, height
    data.cycles.is_portal = True
    with placed(x, y, z):
        thing = add_object("portal", data)
    thing.rotation_euler = (math.radians(pitch), 0, 0)


def _window_light():
    """Soft daylight just inside each window.

    A camera's merged exposures lift the rooms against the view; a lamp in the
    window does the same and leaves little noise, where sky light that finds
    its way through nets and panes would take ten times the samples.
    """
    tint = (0.95, 0.98, 1.0)
    for key, watts, depth in (("window_bedroom_main", 26, 0.14), ("window_bedroom_second", 22, 0.02),
                              ("window_kitchen", 11, 0.02), ("window_bathroom", 4, 0.02), ("window_living", 30, 0.15)):
        wall, hole = opening(key)
        south = wall.key == "south"
        y = wall.far + depth if south else wall.near - depth
        _daylight((hole.start + hole.end) / 2, y, (hole.sill + hole.head) / 2 + 0.02,
                  hole.end - hole.start - 0.16, hole.head - hole.sill - 0.16, watts, tint, south)
    _daylight(3.95, -0.02, 1.55, 0.62, 1.30, 7, tint, True)
    _daylight(5.05, -1.22, 1.72, 3.3, 1.3, 40, tint, True)


def _daylight(x, y, z, width, height, watts, tint, south):
    """A rectangle that shines into the room (north from a south window) and is not seen itself."""
    data = bpy.data.lights.new("window light", "AREA")
    data.shape = "RECTANGLE"
    data.size, data.size_y = width, height
    data.energy, data.color = watts, tint
    data.spread = math.radians(150)
    thing = add_object("window light", data)
    thing.location = (x, y, z)
    thing.rotation_euler = (math.radians(90 if south else -90), 0, 0)
    thing.visible_camera = False
    thing.visible_glossy = False


def _area(x, y, z, size, watts, kelvin_colour=(1.0, 0.86, 0.70)):
    data = bpy.data.lights.new("lamp light", "AREA")
    data.shape = "DISK"
    data.size = size
    data.energy = watts
    data.color = kelvin_colour
    with placed(x, y, z):
        thing = add_object("lamp light", data)
    thing.visible_camera = False
    return thing


def _lamps():
    warm, neutral, cool = (1.0, 0.90, 0.77), (1.0, 0.955, 0.89), (0.95, 0.97, 1.0)
    _ceiling_lamp(1.55, 2.0, 2.62, 0.24, 9, warm)
    _ceiling_lamp(1.30, 5.9, 2.62, 0.20, 7, warm)
    _ceiling_lamp(4.4, 4.67, 2.62, 0.15, 14, neutral)
    _ceiling_lamp(6.35, 5.6, 2.62, 0.14, 14, neutral)
    _ceiling_lamp(3.72, 6.5, 2.42, 0.15, 12, cool)
    _ceiling_lamp(5.17, 6.60, 2.36, 0.14, 12, cool)
    _ceiling_lamp(5.05, -0.80, 2.50, 0.12, 0, cool)
    _living_lamp(5.0, 1.95)


def _ceiling_lamp(x, y, z, radius, watts, tint):
    """A round opal bowl under the ceiling."""
    glow = materials.lamp(*tint, 3.2) if watts else materials.ceramic()
    with placed(x, y, z):
        cylinder("lamp base", (0, 0, -0.025), radius * 1.02, 0.025, materials.chrome(), sides=48)
        lathe("lamp bowl", [(radius, -0.024), (radius * 0.98, -0.05), (radius * 0.86, -0.078), (radius * 0.55, -0.098), (0, -0.106)], glow)
    if watts:
        _area(x, y, z - 0.115, radius * 1.8, watts, tint)


def _living_lamp(x, y):
    """Five glass cups on wooden arms, as flats had them about 2005."""
    wood = materials.timber("cherry")
    with placed(x, y, 2.62):
        cylinder("lamp rose", (0, 0, -0.03), 0.09, 0.03, wood, rounding=0.006)
        cylinder("lamp stem", (0, 0, -0.16), 0.014, 0.14, materials.brass())
        lathe("lamp hub", [(0, -0.22), (0.045, -0.21), (0.06, -0.185), (0.045, -0.155), (0, -0.15)], wood)
        for k in range(5):
            with placed(0, 0, 0, turn=72 * k + 12):
                from mesh import tube
                tube("lamp arm", [(0.04, 0, -0.19), (0.16, 0, -0.225), (0.27, 0, -0.19), (0.27, 0, -0.15)], 0.011, wood)
                lathe("lamp cup", [(0.02, -0.15), (0.035, -0.145), (0.06, -0.11), (0.072, -0.06), (0.074, -0.035)],
                      materials.lamp(1.0, 0.90, 0.77, 4.5), (0.27, 0, 0))
    _area(x, y, 2.36, 0.5, 12, (1.0, 0.90, 0.77))
