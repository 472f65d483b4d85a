"""Materials by name, each built once: paint, wood, tiles, metal, glass, cloth, leaves.

Colours are given as sRGB 0..1 and converted; pictures come from `textures`.
"""

import functools
import hashlib
import inspect
import os
from pathlib import Path

import bpy
import numpy as np
from PIL import Image

import textures

# Computed pictures are kept between runs under the hash of the function and its arguments.
STORE = Path(os.environ.get("FLAT_STORE", Path(__file__).resolve().parent.parent / ".render")) / "textures"


def linear(rgb):
    """sRGB to linear light."""
    c = np.asarray(rgb, dtype=float)
    return tuple(np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4))


def _save(path, array):
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(f".{os.getpid()}.png")
    Image.fromarray((np.clip(array, 0, 1) * 255 + 0.5).astype(np.uint8)).save(draft, compress_level=1)
    draft.replace(path)


def computed(make, *args, **kwargs):
    """Paths of the colour and the height (or cover) picture that `make` computes, made on first use."""
    recipe = inspect.getsource(textures) + make.__name__ + repr((args, sorted(kwargs.items())))
    stem = STORE / f"{make.__name__}-{hashlib.blake2b(recipe.encode(), digest_size=8).hexdigest()}"
    tint, height = stem.with_name(stem.name + "-colour.png"), stem.with_name(stem.name + "-height.png")
    if not (tint.exists() and height.exists()):
        picture, relief = make(*args, **kwargs)
        _save(height, relief if make in (textures.damp_stain, textures.crack) else relief * 0.5 + 0.25)
        _save(tint, picture)
    return tint, height


def image(path, colour=True):
    """A Blender picture read from a file."""
    picture = bpy.data.images.load(str(path), check_existing=True)
    picture.colorspace_settings.name = "sRGB" if colour else "Non-Color"
    return picture


def drawn(name, picture):
    """Store a Pillow picture (a label, a sheet of paper) and return its path."""
    data = picture.convert("RGB")
    path = STORE / f"{name.replace(' ', '-')}-{hashlib.blake2b(data.tobytes(), digest_size=8).hexdigest()}.png"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        data.save(path)
    return path


def _new(name):
    material = bpy.data.materials.new(name)
    material.use_nodes = True
    nodes = material.node_tree.nodes
    return material, nodes, material.node_tree.links, nodes["Principled BSDF"]


@functools.lru_cache(maxsize=None)
def plain(red, green, blue, roughness=0.5, metallic=0.0, bump=0.0, scale=60.0, coat=0.0, sheen=0.0, wear=0.06):
    """One colour with uneven gloss and, if asked, a fine relief."""
    material, nodes, links, shader = _new(f"plain {red} {green} {blue} {roughness}")
    shader.inputs["Base Color"].default_value = (*linear((red, green, blue)), 1)
    shader.inputs["Metallic"].default_value = metallic
    shader.inputs["Roughness"].default_value = roughness
    shader.inputs["Coat Weight"].default_value = coat
    shader.inputs["Sheen Weight"].default_value = sheen
    if wear or bump:
        spot = nodes.new("ShaderNodeTexCoord")
        grain = nodes.new("ShaderNodeTexNoise")
        grain.inputs["Scale"].default_value = scale if bump else 7.0
        grain.inputs["Detail"].default_value = 2.0
        links.new(spot.outputs["Object"], grain.inputs["Vector"])
        if bump:
            relief = nodes.new("ShaderNodeBump")
            relief.inputs["Strength"].default_value = bump
            relief.inputs["Distance"].default_value = 0.002
            links.new(grain.outputs["Fac"], relief.inputs["Height"])
            links.new(relief.outputs["Normal"], shader.inputs["Normal"])
        elif wear:
            span = nodes.new("ShaderNodeMapRange")
            span.inputs["To Min"].default_value = max(0.02, roughness - wear)
            span.inputs["To Max"].default_value = min(1.0, roughness + wear)
            links.new(grain.outputs["Fac"], span.inputs["Value"])
            links.new(span.outputs["Result"], shader.inputs["Roughness"])
    return material


def pictured(name, picture, height=None, metres=(1.0, 1.0), roughness=0.5, bump=0.3, depth=0.002,
             coat=0.0, sheen=0.0, shift=(0.0, 0.0), turn=0.0, gloss_from_height=0.0, translucent=0.0):
    """A repeating picture that spans `metres` of the surface."""
    material, nodes, links, shader = _new(name)
    uv = nodes.new("ShaderNodeUVMap")
    place = nodes.new("ShaderNodeMapping")
    place.inputs["Scale"].default_value = (1 / metres[0], 1 / metres[1], 1)
    place.inputs["Location"].default_value = (shift[0], shift[1], 0)
    place.inputs["Rotation"].default_value = (0, 0, turn)
    links.new(uv.outputs["UV"], place.inputs["Vector"])
    tint = nodes.new("ShaderNodeTexImage")
    tint.image = image(picture)
    links.new(place.outputs["Vector"], tint.inputs["Vector"])
    links.new(tint.outputs["Color"], shader.inputs["Base Color"])
    shader.inputs["Roughness"].default_value = roughness
    shader.inputs["Coat Weight"].default_value = coat
    shader.inputs["Sheen Weight"].default_value = sheen
    if height is not None and bump:
        relief_picture = nodes.new("ShaderNodeTexImage")
        relief_picture.image = image(height, colour=False)
        links.new(place.outputs["Vector"], relief_picture.inputs["Vector"])
        relief = nodes.new("ShaderNodeBump")
        relief.inputs["Strength"].default_value = bump
        relief.inputs["Distance"].default_value = depth
        links.new(relief_picture.outputs["Color"], relief.inputs["Height"])
        links.new(relief.outputs["Normal"], shader.inputs["Normal"])
        if gloss_from_height:
            span = nodes.new("ShaderNodeMapRange")
            span.inputs["From Min"].default_value = 0.25
            span.inputs["From Max"].default_value = 0.75
            span.inputs["To Min"].default_value = min(1.0, roughness + gloss_from_height)
            span.inputs["To Max"].default_value = roughness
            links.new(relief_picture.outputs["Color"], span.inputs["Value"])
            links.new(span.outputs["Result"], shader.inputs["Roughness"])
    if translucent:
        _let_light_through(nodes, links, shader, tint.outputs["Color"], translucent)
    return material


def _let_light_through(nodes, links, shader, tint, amount):
    through = nodes.new("ShaderNodeBsdfTranslucent")
    both = nodes.new("ShaderNodeMixShader")
    both.inputs[0].default_value = amount
    links.new(tint, through.inputs["Color"])
    links.new(shader.outputs["BSDF"], both.inputs[1])
    links.new(through.outputs["BSDF"], both.inputs[2])
    links.new(both.outputs["Shader"], nodes["Material Output"].inputs["Surface"])


def printed(name, picture, roughness=0.6, coat=0.0, glow=0.0):
    """A sheet of paper or a label: the whole picture (Pillow, or a path) on one face."""
    material, nodes, links, shader = _new(name)
    tint = nodes.new("ShaderNodeTexImage")
    path = picture if isinstance(picture, Path) else drawn(name, picture)
    tint.image = image(path)
    tint.extension = "EXTEND"
    links.new(tint.outputs["Color"], shader.inputs["Base Color"])
    shader.inputs["Roughness"].default_value = roughness
    shader.inputs["Coat Weight"].default_value = coat
    if glow:
        links.new(tint.outputs["Color"], shader.inputs["Emission Color"])
        shader.inputs["Emission Strength"].default_value = glow
    return material


def decal(name, picture, cover, roughness=0.9):
    """A picture that lets the surface behind it show where `cover` is low."""
    material = printed(name, picture, roughness)
    nodes, links = material.node_tree.nodes, material.node_tree.links
    mask = nodes.new("ShaderNodeTexImage")
    mask.image = image(cover, colour=False)
    mask.extension = "EXTEND"
    links.new(mask.outputs["Color"], nodes["Principled BSDF"].inputs["Alpha"])
    return material


@functools.lru_cache(maxsize=None)
def glass(tint=(0.96, 0.985, 0.975), frosted=False):
    """A window pane: light passes straight, with a reflection that grows at grazing angles."""
    material, nodes, links, shader = _new("frosted glass" if frosted else f"glass {tint}")
    nodes.remove(shader)
    clear = nodes.new("ShaderNodeBsdfTransparent")
    clear.inputs["Color"].default_value = (*tint, 1)
    mirror = nodes.new("ShaderNodeBsdfGlossy")
    mirror.inputs["Roughness"].default_value = 0.0
    grazing = nodes.new("ShaderNodeFresnel")
    # A pane is one face: without this its back would reflect like water seen from below.
    side = nodes.new("ShaderNodeNewGeometry")
    index = nodes.new("ShaderNodeMapRange")
    index.inputs["To Min"].default_value, index.inputs["To Max"].default_value = 1.42, 1 / 1.42
    links.new(side.outputs["Backfacing"], index.inputs["Value"])
    links.new(index.outputs["Result"], grazing.inputs["IOR"])
    mix = nodes.new("ShaderNodeMixShader")
    links.new(grazing.outputs["Fac"], mix.inputs[0])
    links.new(clear.outputs["BSDF"], mix.inputs[1])
    links.new(mirror.outputs["BSDF"], mix.inputs[2])
    result = mix.outputs["Shader"]
    if frosted:
        milk = nodes.new("ShaderNodeBsdfTranslucent")
        milk.inputs["Color"].default_value = (0.85, 0.9, 0.9, 1)
        half = nodes.new("ShaderNodeMixShader")
        half.inputs[0].default_value = 0.9
        links.new(result, half.inputs[1])
        links.new(milk.outputs["BSDF"], half.inputs[2])
        result = half.outputs["Shader"]
    links.new(result, nodes["Material Output"].inputs["Surface"])
    return material


@functools.lru_cache(maxsize=None)
def mirror():
    """Silvered glass."""
    return plain(0.93, 0.945, 0.94, 0.012, metallic=1.0, wear=0.0)


@functools.lru_cache(maxsize=None)
def lamp(red, green, blue, strength):
    """A surface that shines."""
    material, nodes, links, shader = _new(f"lamp {red} {green} {blue} {strength}")
    shader.inputs["Base Color"].default_value = (0.8, 0.8, 0.8, 1)
    shader.inputs["Emission Color"].default_value = (red, green, blue, 1)
    shader.inputs["Emission Strength"].default_value = strength
    return material


@functools.lru_cache(maxsize=None)
def sheer(red=0.93, green=0.92, blue=0.88, clear=0.42):
    """Net curtain: partly see-through, glowing against the light."""
    material, nodes, links, shader = _new("sheer")
    shader.inputs["Base Color"].default_value = (*linear((red, green, blue)), 1)
    shader.inputs["Roughness"].default_value = 0.9
    through = nodes.new("ShaderNodeBsdfTranslucent")
    through.inputs["Color"].default_value = (*linear((red, green, blue)), 1)
    cloth = nodes.new("ShaderNodeMixShader")
    cloth.inputs[0].default_value = 0.6
    links.new(shader.outputs["BSDF"], cloth.inputs[1])
    links.new(through.outputs["BSDF"], cloth.inputs[2])
    gap = nodes.new("ShaderNodeBsdfTransparent")
    mix = nodes.new("ShaderNodeMixShader")
    mix.inputs[0].default_value = clear
    links.new(cloth.outputs["Shader"], mix.inputs[1])
    links.new(gap.outputs["BSDF"], mix.inputs[2])
    links.new(mix.outputs["Shader"], nodes["Material Output"].inputs["Surface"])
    return material


def _once(make):
    return functools.lru_cache(maxsize=None)(make)


@_once
def wall_paint():
    """White emulsion, a little tired."""
    return pictured("wall paint", *computed(textures.plaster, (1024, 1024), 11), metres=(2.6, 2.6), roughness=0.75, bump=0.12, depth=0.0015)


@_once
def ceiling_paint():
    """Ceiling white."""
    return pictured("ceiling paint", *computed(textures.plaster, (1024, 1024), 15, (0.885, 0.88, 0.865)), metres=(3.1, 3.1), roughness=0.85, bump=0.1, depth=0.0015)


@_once
def floorboards():
    """Laminate boards, 0.19 m wide, running east to west."""
    picture, height = computed(textures.wood, (2048, 2048), 21, (0.66, 0.51, 0.36), (0.46, 0.32, 0.20), planks=12, seams=0.0011, lengths=2)
    return pictured("floorboards", picture, height, metres=(2.4, 2.3), roughness=0.30, bump=0.25, depth=0.0012, gloss_from_height=0.3)


@_once
def hall_tiles():
    """Cream vitrified tiles, 0.5 m."""
    picture, height = computed(textures.tiles, (2048, 2048), 31, 4, 4, (0.80, 0.765, 0.69), (0.50, 0.47, 0.42), 0.006, 0.012, 0.018)
    return pictured("hall tiles", picture, height, metres=(2.0, 2.0), roughness=0.14, bump=0.4, depth=0.0015, gloss_from_height=0.5, shift=(0.35, 0.57))


@_once
def wet_floor_tiles():
    """Grey-beige kitchen and bathroom floor tiles, 0.3 m."""
    picture, height = computed(textures.tiles, (2048, 2048), 33, 6, 6, (0.60, 0.555, 0.49), (0.34, 0.32, 0.29), 0.012, 0.02, 0.03)
    return pictured("wet floor tiles", picture, height, metres=(1.8, 1.8), roughness=0.32, bump=0.5, depth=0.002, gloss_from_height=0.4)


@_once
def kitchen_wall_tiles():
    """White wall tiles of the kitchen, 0.2 by 0.3 m upright."""
    picture, height = computed(textures.tiles, (1536, 1536), 35, 6, 4, (0.875, 0.87, 0.845), (0.62, 0.60, 0.55), 0.012, 0.008, 0.006)
    return pictured("kitchen tiles", picture, height, metres=(1.2, 1.2), roughness=0.1, bump=0.45, depth=0.002, gloss_from_height=0.5)


@_once
def bathroom_wall_tiles():
    """Pale blue-green bathroom tiles, 0.2 by 0.3 m."""
    picture, height = computed(textures.tiles, (1536, 1536), 37, 6, 4, (0.795, 0.835, 0.825), (0.68, 0.68, 0.65), 0.011, 0.012, 0.022)
    return pictured("bathroom tiles", picture, height, metres=(1.2, 1.2), roughness=0.1, bump=0.45, depth=0.002, gloss_from_height=0.5)


@_once
def balcony_floor():
    """Terrazzo."""
    picture, height = computed(textures.terrazzo, (1024, 1024), 41)
    return pictured("terrazzo", picture, height, metres=(0.55, 0.55), roughness=0.35, bump=0.08)


def timber(kind, turn=0.0):
    """Furniture wood: `oak`, `walnut`, `cherry`, `white` or `door`."""
    return _timber(kind, round(turn, 3))


@_once
def _timber(kind, turn):
    looks = {"oak": ((0.74, 0.57, 0.38), (0.50, 0.34, 0.19), 0.38, 51), "walnut": ((0.40, 0.26, 0.17), (0.20, 0.115, 0.07), 0.34, 53),
             "cherry": ((0.48, 0.29, 0.185), (0.31, 0.165, 0.10), 0.30, 55), "door": ((0.57, 0.40, 0.26), (0.42, 0.265, 0.16), 0.36, 57),
             "pale": ((0.80, 0.68, 0.51), (0.63, 0.48, 0.32), 0.42, 59)}
    base, dark, roughness, seed = looks[kind]
    picture, height = computed(textures.wood, (1024, 1024), seed, base, dark, planks=3)
    return pictured(f"timber {kind} {turn}", picture, height, metres=(1.1, 0.75), roughness=roughness, bump=0.1, depth=0.001, turn=turn)


@_once
def white_lacquer():
    """Glossy white fronts and door frames."""
    return plain(0.88, 0.87, 0.84, 0.28, coat=0.2, wear=0.015)


@_once
def white_plastic():
    """Switches, window frames, appliances."""
    return plain(0.87, 0.87, 0.85, 0.35)


@_once
def steel():
    """Brushed stainless steel."""
    return plain(0.66, 0.66, 0.65, 0.27, metallic=1.0, wear=0.02)


@_once
def chrome():
    """Taps and handles."""
    return plain(0.82, 0.82, 0.82, 0.07, metallic=1.0, wear=0.03)


@_once
def aluminium():
    """Anodised window frames of the balcony."""
    return plain(0.63, 0.64, 0.65, 0.4, metallic=0.85)


@_once
def brass():
    """Old brass."""
    return plain(0.72, 0.56, 0.28, 0.3, metallic=1.0)


@_once
def ceramic():
    """Sanitary ware."""
    return plain(0.91, 0.91, 0.895, 0.06, coat=0.6, wear=0.02)


@_once
def black_gloss():
    """Screens and hobs."""
    return plain(0.018, 0.018, 0.02, 0.08, wear=0.03)


@_once
def dark_plastic():
    """Black plastic."""
    return plain(0.055, 0.055, 0.06, 0.45)


@_once
def skirting():
    """Brown skirting boards."""
    return plain(0.40, 0.25, 0.145, 0.35)


@_once
def radiator_paint():
    """Silver-white radiator enamel."""
    return plain(0.83, 0.825, 0.80, 0.32, bump=0.06, scale=180)


def fabric(kind):
    """Cloth by name."""
    return _fabric(kind)


@_once
def _fabric(kind):
    looks = {"sofa": ((0.40, 0.385, 0.36), 0.025, 61, 0.22), "curtain": ((0.63, 0.57, 0.48), 0.02, 63, 0.9), "cushion": ((0.60, 0.40, 0.29), 0.03, 65, 0.25),
             "blue": ((0.40, 0.45, 0.52), 0.025, 67, 0.4), "sheet": ((0.82, 0.80, 0.76), 0.012, 69, 0.6), "teal": ((0.33, 0.45, 0.43), 0.025, 71, 0.8),
             "towel": ((0.80, 0.62, 0.55), 0.03, 73, 0.2), "rug": ((0.50, 0.43, 0.37), 0.035, 75, 0.3), "mat": ((0.30, 0.33, 0.36), 0.04, 77, 0.3)}
    base, tint, seed, metres = looks[kind]
    picture, height = computed(textures.weave, (512, 512), seed, base, (tint, tint, tint))
    translucent = 0.3 if kind in ("curtain", "teal") else 0.0
    return pictured(f"fabric {kind}", picture, height, metres=(metres * 0.5, metres * 0.5), roughness=0.92, bump=0.25, depth=0.001, sheen=0.25, translucent=translucent)


@_once
def linen_print(kind="rose"):
    """Printed bed linen."""
    if kind == "rose":
        picture, height = computed(textures.floral, (1024, 1024), 81, (0.82, 0.80, 0.755), (0.70, 0.42, 0.42), (0.50, 0.57, 0.44))
    else:
        picture, height = computed(textures.floral, (1024, 1024), 83, (0.55, 0.64, 0.73), (0.86, 0.87, 0.88), (0.40, 0.50, 0.60), 30)
    return pictured(f"linen {kind}", picture, height, metres=(0.75, 0.75), roughness=0.9, bump=0.15, sheen=0.2)


@_once
def grey_brick():
    """Hutong brick."""
    picture, height = computed(textures.bricks, (1024, 1024), 91, 8, 24, (0.40, 0.40, 0.395), (0.56, 0.55, 0.53))
    return pictured("grey brick", picture, height, metres=(2.0, 1.5), roughness=0.9, bump=0.6, depth=0.006)


@_once
def red_brick():
    """Brick of the block itself and of its neighbour."""
    picture, height = computed(textures.bricks, (1024, 1024), 93, 8, 24, (0.46, 0.335, 0.285), (0.52, 0.50, 0.47))
    return pictured("red brick", picture, height, metres=(2.0, 1.5), roughness=0.9, bump=0.6, depth=0.006)


@_once
def roof_tile():
    """Fired grey clay with lichen."""
    picture, height = computed(textures.clay, (512, 512), 95)
    return pictured("roof tile", picture, height, metres=(2.3, 2.3), roughness=0.85, bump=0.3)


@_once
def paving():
    """Grey courtyard bricks on the flat."""
    picture, height = computed(textures.bricks, (1024, 1024), 99, 6, 18, (0.42, 0.415, 0.40), (0.33, 0.32, 0.30), 0.03)
    return pictured("paving", picture, height, metres=(1.6, 1.6), roughness=0.9, bump=0.4, depth=0.004)


@_once
def leaf(red=0.23, green=0.36, blue=0.11):
    """Leaves, lit from behind as well."""
    material, nodes, links, shader = _new(f"leaf {red} {green} {blue}")
    shader.inputs["Base Color"].default_value = (*linear((red, green, blue)), 1)
    shader.inputs["Roughness"].default_value = 0.45
    colour = nodes.new("ShaderNodeRGB")
    colour.outputs[0].default_value = (*linear((red * 1.25, green * 1.2, blue * 0.9)), 1)
    _let_light_through(nodes, links, shader, colour.outputs[0], 0.35)
    return material


@_once
def bark():
    """Tree bark."""
    return plain(0.25, 0.21, 0.17, 0.95, bump=0.9, scale=25)
