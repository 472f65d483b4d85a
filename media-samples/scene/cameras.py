"""The camera on its tripod and the settings of the renderer.

Blender's equirectangular camera looks along its own -z: that direction is the
middle of the picture, yaw 0; the picture's right edge is yaw 180.
"""

import math

import bpy


def place(x, y, z, heading, pitch=0.0, roll=0.0):
    """Put the camera at a point, looking along `heading` degrees clockwise from north (+y); roll is clockwise as seen from behind."""
    scene = bpy.context.scene
    if scene.camera is None:
        data = bpy.data.cameras.new("camera")
        scene.camera = bpy.data.objects.new("camera", data)
        scene.collection.objects.link(scene.camera)
    camera = scene.camera
    camera.location = (x, y, z)
    camera.rotation_mode = "YXZ"
    camera.rotation_euler = (math.radians(90 + pitch), 0, math.radians(-heading))
    if roll:
        camera.rotation_mode = "QUATERNION"
        from mathutils import Euler, Quaternion
        base = Euler((math.radians(90 + pitch), 0, math.radians(-heading))).to_quaternion()
        camera.rotation_quaternion = base @ Quaternion((0, 0, 1), math.radians(-roll))
    camera.data.clip_start = 0.02
    camera.data.clip_end = 6000
    return camera


def equirectangular():
    """Full sphere, twice as wide as high."""
    data = bpy.context.scene.camera.data
    data.type = "PANO"
    data.panorama_type = "EQUIRECTANGULAR"


def perspective(hfov):
    """Ordinary lens with `hfov` degrees across."""
    data = bpy.context.scene.camera.data
    data.type = "PERSP"
    data.sensor_fit = "HORIZONTAL"
    data.angle = math.radians(hfov)


def fisheye(fov):
    """Equidistant fisheye, `fov` degrees across the image circle."""
    data = bpy.context.scene.camera.data
    data.type = "PANO"
    data.panorama_type = "FISHEYE_EQUIDISTANT"
    data.fisheye_fov = math.radians(fov)


def renderer(width, height, samples, seed, threads=2):
    """Cycles on the processor: linear light, with albedo and normal for the denoiser, into a multilayer file."""
    scene = bpy.context.scene
    scene.render.engine = "CYCLES"
    scene.cycles.device = "CPU"
    scene.render.threads_mode = "FIXED"
    scene.render.threads = threads
    scene.render.resolution_x, scene.render.resolution_y = width, height
    scene.render.resolution_percentage = 100
    scene.render.use_persistent_data = True  # many pictures of one scene: only the camera moves
    scene.view_layers[0].cycles.denoising_store_passes = True
    c = scene.cycles
    c.samples, c.seed = samples, seed
    c.use_adaptive_sampling = False
    c.use_denoising = False
    c.max_bounces, c.diffuse_bounces, c.glossy_bounces = 6, 4, 3
    c.transmission_bounces, c.transparent_max_bounces = 3, 10
    c.caustics_reflective = c.caustics_refractive = False
    c.sample_clamp_indirect = 4.0
    c.sample_clamp_direct = 0.0
    c.blur_glossy = 1.0
    c.use_light_tree = True
    scene.view_settings.view_transform = "Raw"
    scene.render.image_settings.file_format = "OPEN_EXR_MULTILAYER"
    scene.render.image_settings.color_depth = "16"
    scene.render.image_settings.exr_codec = "ZIP"
