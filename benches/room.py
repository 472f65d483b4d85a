"""A synthetic room as a panorama: papered walls with sheets of fine text, pictures, a plank floor, a lamp.

Nothing in it is blurred, so that a viewer's loss of sharpness can be measured. Same bytes on each run.
"""

import numpy
from PIL import Image, ImageDraw, ImageFont

PIXELS_A_METRE = 620
#: Half of the room's width (x), from the eye to ceiling and to floor (y), half of its depth (z), in metres.
HALF_WIDTH, CEILING, FLOOR, HALF_DEPTH = 2.9, 1.15, 1.5, 2.4
TEXT = "Article {} The people's court shall examine the property and publish what it has found. No. {:04d} "


def _plaster(width, height, random, strength):
    """Unevenness of a surface, a few millimetres wide, around 0."""
    noise = random.normal(0, strength, (height // 2, width // 2)).astype(numpy.float32)
    return numpy.asarray(Image.fromarray(noise, "F").resize((width, height), Image.BICUBIC))[..., None]


def _text(lines, scale, ink, seed):
    """Lines of small type as a picture."""
    font = ImageFont.load_default()
    sheet = Image.new("RGB", (6 * 62, 13 * lines), (247, 246, 241))
    draw = ImageDraw.Draw(sheet)
    for line in range(lines):
        text = TEXT.format(seed + line, (seed * 37 + line * 91) % 10_000)
        draw.text((2, 1 + 13 * line), text[line % 9 :][:60], ink, font=font)
    return sheet.resize((int(sheet.width * scale), int(sheet.height * scale)), Image.LANCZOS)


def _wall(width, height, seed):
    """One wall: stripes of paper, a skirting board, a picture, sheets of text in three sizes."""
    random = numpy.random.default_rng(seed)
    w, h = int(width * PIXELS_A_METRE), int(height * PIXELS_A_METRE)
    x = numpy.arange(w)[None, :, None] / PIXELS_A_METRE
    y = numpy.arange(h)[:, None, None] / PIXELS_A_METRE
    base = numpy.array([[[222, 214, 198]]]) + 5 * numpy.sign(numpy.sin(x * 42)) * numpy.array([[[1, 1, 0.7]]]) + 0 * y
    base = base + _plaster(w, h, random, 9)
    wall = Image.fromarray(base.clip(0, 255).astype(numpy.uint8))
    draw = ImageDraw.Draw(wall)
    draw.rectangle((0, h - int(0.1 * PIXELS_A_METRE), w, h), (112, 78, 52))
    for column in range(int(width / 0.95)):
        left = int((0.25 + 0.95 * column) * PIXELS_A_METRE)
        if column % 3 == 1:
            top, right, bottom = int(0.55 * PIXELS_A_METRE), left + int(0.62 * PIXELS_A_METRE), int(1.35 * PIXELS_A_METRE)
            draw.rectangle((left - 18, top - 18, right + 18, bottom + 18), (70, 48, 30))
            painted = random.integers(30, 230, (9, 7, 3), dtype=numpy.uint8)
            wall.paste(Image.fromarray(painted).resize((right - left, bottom - top), Image.BICUBIC), (left, top))
        else:
            sheet = _text(40, 1 + 0.25 * (column % 3), (30, 30, 40) if column % 2 else (120, 20, 20), seed * 11 + column)
            wall.paste(sheet, (left, int((0.4 + 0.1 * (column % 2)) * PIXELS_A_METRE)))
    return numpy.asarray(wall, dtype=numpy.float32)


def _floor(seed):
    """Planks of 12 cm with their grain."""
    random = numpy.random.default_rng(seed)
    w, h = int(2 * HALF_WIDTH * PIXELS_A_METRE), int(2 * HALF_DEPTH * PIXELS_A_METRE)
    x, y = numpy.meshgrid(numpy.arange(w) / PIXELS_A_METRE, numpy.arange(h) / PIXELS_A_METRE)
    plank = (y / 0.12).astype(int)
    tone = random.uniform(-14, 14, plank.max() + 1)[plank]
    grain = 6 * numpy.sin(90 * y + 2.5 * numpy.sin(3.1 * x + plank * 1.7)) + 3 * numpy.sin(260 * y + 5 * numpy.sin(2 * x))
    joint = numpy.where((y / 0.12) % 1 < 0.035, -45, 0)
    level = tone + grain + joint
    level = level + _plaster(w, h, random, 7)[..., 0]
    return numpy.stack([164 + level, 122 + 0.9 * level, 84 + 0.8 * level], -1).astype(numpy.float32)


def _sampled(texture, u, v):
    """Bilinear, with u and v from 0 to 1."""
    height, width, _ = texture.shape
    x, y = (u * width - 0.5).clip(0, width - 1.001), (v * height - 0.5).clip(0, height - 1.001)
    i, j = x.astype(int), y.astype(int)
    fx, fy = (x - i)[:, None], (y - j)[:, None]
    top = texture[j, i] * (1 - fx) + texture[j, i + 1] * fx
    return top * (1 - fy) + (texture[j + 1, i] * (1 - fx) + texture[j + 1, i + 1] * fx) * fy


def write(path, width=8192):
    """Writes the panorama as a JPEG of quality 95."""
    height, tall = width // 2, CEILING + FLOOR
    walls = {"z+": _wall(2 * HALF_WIDTH, tall, 1), "z-": _wall(2 * HALF_WIDTH, tall, 2), "x+": _wall(2 * HALF_DEPTH, tall, 3), "x-": _wall(2 * HALF_DEPTH, tall, 4)}
    floor, random = _floor(5), numpy.random.default_rng(6)
    ceiling = 218 + _plaster(floor.shape[1], floor.shape[0], random, 5)
    out = numpy.empty((height, width, 3), numpy.uint8)
    yaw = ((numpy.arange(width) + 0.5) / width - 0.5) * 2 * numpy.pi
    for row in range(height):
        pitch = (0.5 - (row + 0.5) / height) * numpy.pi
        x, y, z = numpy.sin(yaw) * numpy.cos(pitch), numpy.full(width, numpy.sin(pitch)), numpy.cos(yaw) * numpy.cos(pitch)
        reach = numpy.stack([HALF_WIDTH / abs(x), (CEILING if pitch > 0 else FLOOR) / abs(y), HALF_DEPTH / abs(z)])
        side, t = reach.argmin(0), reach.min(0)
        px, py, pz = x * t, y * t, z * t
        colour = numpy.empty((width, 3), numpy.float32)
        v = (CEILING - py) / tall
        for name, texture in walls.items():
            across, along, sign = (pz, px, 1) if name[0] == "z" else (px, pz, -1)
            here = (side == (2 if name[0] == "z" else 0)) & ((across > 0) == (name[1] == "+"))
            turn = sign if name[1] == "+" else -sign
            half = HALF_WIDTH if name[0] == "z" else HALF_DEPTH
            colour[here] = _sampled(texture, 0.5 + turn * along[here] / (2 * half), v[here])
        low, high = (side == 1) & (y < 0), (side == 1) & (y > 0)
        colour[low] = _sampled(floor, 0.5 + px[low] / (2 * HALF_WIDTH), 0.5 - pz[low] / (2 * HALF_DEPTH))
        lamp = numpy.hypot(px, pz)[high, None] < 0.25
        plain = _sampled(ceiling, 0.5 + px[high] / (2 * HALF_WIDTH), 0.5 - pz[high] / (2 * HALF_DEPTH))
        colour[high] = numpy.where(lamp, [[255, 250, 235]], plain)
        light = 1.12 / (1 + 0.045 * (px**2 + (py - CEILING) ** 2 + pz**2))
        shade = colour * light[:, None] + random.normal(0, 1.5, (width, 1))
        out[row] = shade.clip(0, 255)
    Image.fromarray(out).save(path, quality=95, subsampling=0)
