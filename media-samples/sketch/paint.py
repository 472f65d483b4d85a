"""Colours of materials at points: procedural, in linear light, computed from position alone."""

import numpy as np

PLAIN = {
    "wall": (0.80, 0.775, 0.73), "ceiling": (0.84, 0.83, 0.81), "frame": (0.82, 0.83, 0.84), "stone": (0.55, 0.54, 0.52),
    "sofa": (0.20, 0.255, 0.27), "cushion": (0.62, 0.33, 0.13), "cushion2": (0.58, 0.53, 0.42), "screen": (0.010, 0.011, 0.013),
    "black": (0.022, 0.022, 0.024), "vase": (0.12, 0.28, 0.42), "book": (0.45, 0.10, 0.08), "book2": (0.65, 0.62, 0.52),
    "sheet": (0.75, 0.74, 0.72), "quilt": (0.30, 0.36, 0.46), "quilt2": (0.55, 0.42, 0.24), "pillow": (0.80, 0.79, 0.76),
    "lamp": (2.6, 2.5, 2.3), "lampshade": (0.95, 0.84, 0.62), "cabinet": (0.72, 0.71, 0.67), "steel": (0.42, 0.43, 0.44),
    "fridge": (0.60, 0.62, 0.63), "ceramic": (0.85, 0.85, 0.84), "pot": (0.36, 0.16, 0.09), "trunk": (0.11, 0.075, 0.045),
    "leaf": (0.075, 0.20, 0.045), "radiator": (0.74, 0.74, 0.72), "curtain": (0.62, 0.57, 0.46), "curtain2": (0.42, 0.47, 0.50),
    "roof": (0.13, 0.135, 0.14), "house": (0.46, 0.43, 0.38), "greybrick": (0.25, 0.25, 0.25), "door": (0.17, 0.055, 0.035),
    "spine0": (0.40, 0.08, 0.06), "spine1": (0.08, 0.17, 0.32), "spine2": (0.55, 0.48, 0.30), "spine3": (0.06, 0.20, 0.12),
    "spine4": (0.60, 0.58, 0.54), "spine5": (0.18, 0.10, 0.22), "brick": (0.55, 0.53, 0.50), "wardrobe": (0.66, 0.63, 0.57),
}
WOODS = {"oak": (0.44, 0.27, 0.135), "walnut": (0.17, 0.088, 0.046), "oakdoor": (0.47, 0.30, 0.155)}


def hashed(*whole):
    """Pseudo-random 0..1 from whole numbers."""
    mixed = np.zeros(np.broadcast(*whole).shape, np.uint32)
    for number, factor in zip(whole, (374761393, 668265263, 2246822519)):
        mixed = mixed + number.astype(np.int64).astype(np.uint32) * np.uint32(factor)
    mixed = (mixed ^ (mixed >> np.uint32(13))) * np.uint32(1274126177)
    return ((mixed ^ (mixed >> np.uint32(16))) & np.uint32(0xFFFF)).astype(np.float32) / 65535


def noise(u, v):
    """Smooth value noise 0..1 with a period of 1."""
    iu, iv = np.floor(u), np.floor(v)
    fu, fv = u - iu, v - iv
    fu, fv = fu * fu * (3 - 2 * fu), fv * fv * (3 - 2 * fv)
    corner = lambda du, dv: hashed(iu + du, iv + dv)
    low = corner(0, 0) * (1 - fu) + corner(1, 0) * fu
    high = corner(0, 1) * (1 - fu) + corner(1, 1) * fu
    return low * (1 - fv) + high * fv


def grain(along, over):
    """Wood grain 0..1."""
    bent = over * 34 + 2.5 * noise(along * 1.3, over * 5)
    return 0.6 * noise(along * 3.0, bent) + 0.4 * noise(along * 22, over * 160)


def shaded(base, amount):
    """A colour times a factor a pixel."""
    return np.asarray(base, np.float32) * amount[:, None]


def planks(x, y):
    """Strip floor, boards of 12 cm along y."""
    board = np.floor(x / 0.12)
    offset = hashed(board, board * 0 + 7) * 1.4
    piece = np.floor((y + offset) / 1.4)
    tone = 0.78 + 0.34 * hashed(board, piece) + 0.26 * (grain(y + 3 * hashed(piece, board), x) - 0.5)
    into, length = x / 0.12 - board, (y + offset) / 1.4 - piece
    gap = (np.minimum(into, 1 - into) < 0.018) | (np.minimum(length, 1 - length) < 0.0018)
    return shaded((0.36, 0.205, 0.105), np.where(gap, 0.35, tone))


def tiles(u, v, size, base, grout, spread=0.06):
    """Square tiles with joints."""
    iu, iv = np.floor(u / size), np.floor(v / size)
    fu, fv = u / size - iu, v / size - iv
    joint = (np.minimum(fu, 1 - fu) < 0.004 / size) | (np.minimum(fv, 1 - fv) < 0.004 / size)
    tone = 1 - spread + 2 * spread * hashed(iu, iv) + 0.05 * (noise(u * 9, v * 9) - 0.5)
    return np.where(joint[:, None], np.asarray(grout, np.float32), shaded(base, tone))


def bricks(u, v, base):
    """Running bond of bricks 24 x 6 cm."""
    row = np.floor(v / 0.07)
    shifted = u / 0.25 + 0.5 * (row % 2)
    piece = np.floor(shifted)
    joint = (shifted - piece < 0.04) | (v / 0.07 - row < 0.14)
    tone = 0.8 + 0.4 * hashed(piece, row)
    return np.where(joint[:, None], np.float32(0.42), shaded(base, tone))


def facade(u, z):
    """A block of flats far away: rows of windows."""
    fu, fz = (u / 3.2) % 1, (z / 2.9) % 1
    pane = (fu > 0.25) & (fu < 0.75) & (fz > 0.35) & (fz < 0.82)
    tone = 0.9 + 0.2 * noise(u * 0.7, z * 0.7)
    lit = 0.10 + 0.25 * hashed(np.floor(u / 3.2), np.floor(z / 2.9))
    return np.where(pane[:, None], np.stack([lit, lit * 1.15, lit * 1.3], 1), shaded(PLAIN["house"], tone))


def picture(u, v, kind):
    """A framed landscape, map or printed sheet; u and v run from 0 to 1."""
    out = np.full((u.size, 3), 0.78, np.float32)
    edge = np.minimum(np.minimum(u, 1 - u), np.minimum(v, 1 - v))
    inside = edge > 0.09
    if kind == "notice":
        lines = ((v * 16) % 1 < 0.45) & (u > 0.12) & (u < 0.35 + 0.5 * hashed(np.floor(v * 16), np.floor(v * 0))) & inside
        out[lines] = 0.12
        out[(v > 0.88) & (np.abs(u - 0.5) < 0.22)] = (0.55, 0.04, 0.03)
        return out
    hills = 0.38 + 0.14 * noise(u * 3.1, u * 0 + 2) + 0.05 * noise(u * 13, u * 0 + 5)
    far = hills + 0.16 + 0.10 * noise(u * 2.0, u * 0 + 9)
    sky = np.stack([0.62 + 0.2 * v, 0.60 + 0.1 * v, 0.52 - 0.02 * v], 1)
    body = np.where((v < far)[:, None], np.float32([0.30, 0.36, 0.38]), sky)
    body = np.where((v < hills)[:, None], np.float32([0.10, 0.17, 0.12]), body)
    if kind == "picture2":
        body = body[:, ::-1] * 0.9
    if kind == "map":
        land = noise(u * 4, v * 4) + 0.4 * noise(u * 13, v * 13) > 0.72
        body = np.where(land[:, None], np.float32([0.55, 0.47, 0.28]), np.float32([0.25, 0.42, 0.55]))
    out[inside] = body[inside]
    out[edge < 0.035] = (0.05, 0.035, 0.025)
    return out


def colour(material, low, high, axis, p):
    """Linear RGB of points `p` (N, 3) on faces across `axis` (N) of solids with these corners (N, 3)."""
    x, y, z = p[:, 0], p[:, 1], p[:, 2]
    u = np.where(axis == 0, y, x)
    v = np.where(axis == 2, y, z)
    if material in ("picture", "picture2", "map", "notice"):
        size = high - low
        su = np.where(axis == 0, (y - low[:, 1]) / size[:, 1], (x - low[:, 0]) / size[:, 0])
        return picture(su, (z - low[:, 2]) / size[:, 2], material)
    if material in WOODS:
        long_z = (high - low)[:, 2] > (high - low)[:, :2].max(1)
        along, over = np.where(long_z, z, np.where(axis == 1, x, y)), np.where(long_z, u, np.where(axis == 2, x, z))
        return shaded(WOODS[material], 0.72 + 0.55 * grain(along, over))
    if material == "floor":
        return planks(x, y)
    if material == "kitchenfloor":
        return tiles(x, y, 0.30, (0.50, 0.47, 0.42), (0.25, 0.24, 0.22))
    if material == "bathfloor":
        return tiles(x, y, 0.20, (0.36, 0.38, 0.39), (0.20, 0.20, 0.20))
    if material == "balconyfloor":
        return tiles(x, y, 0.40, (0.42, 0.40, 0.37), (0.22, 0.21, 0.20), 0.1)
    if material == "walltiles":
        return tiles(u, z, 0.30, (0.76, 0.77, 0.76), (0.55, 0.55, 0.54), 0.02)
    if material in ("brick", "greybrick"):
        return bricks(u, v, PLAIN[material])
    if material == "house":
        return facade(u, z)
    if material == "ground":
        return shaded((0.26, 0.25, 0.23), 0.8 + 0.4 * noise(x * 0.8, y * 0.8))
    if material == "roof":
        return shaded(PLAIN["roof"], 0.7 + 0.6 * ((u * 4) % 1))
    if material == "rug":
        edge = np.minimum(np.minimum(x - low[:, 0], high[:, 0] - x), np.minimum(y - low[:, 1], high[:, 1] - y))
        band = (edge > 0.10) & (edge < 0.16)
        weave = 0.85 + 0.3 * noise(x * 180, y * 180) + 0.16 * (((x * 5).astype(int) + (y * 5).astype(int)) % 2)
        return np.where(band[:, None], shaded((0.50, 0.42, 0.28), weave), shaded((0.27, 0.095, 0.075), weave))
    if material == "stain":
        r = np.hypot((x - low[:, 0]) / 0.41 - 0.5, (z - low[:, 2]) / 0.7 - 0.6) + 0.16 * (noise(x * 9, z * 9) - 0.5)
        strength = np.clip(1 - r / 0.42, 0, 1)[:, None]
        return np.float32(PLAIN["wall"]) * (1 - strength * np.float32([0.22, 0.32, 0.48]))
    base = PLAIN[material]
    fabric = material in ("sofa", "cushion", "cushion2", "quilt", "quilt2", "curtain", "curtain2", "sheet", "pillow")
    rough = noise(u * 260, v * 260) if fabric else noise(u * 40, v * 40)
    amount = (0.86 + 0.28 * rough) if fabric else (0.975 + 0.05 * rough)
    if material in ("wall", "ceiling"):
        amount = amount * (0.975 + 0.05 * noise(u * 1.7, v * 1.7))
    if material == "radiator":
        amount = amount * np.where((u * 11) % 1 < 0.12, 0.55, 1.0)
    if material == "cabinet":
        amount = amount * np.where(np.abs((u * 2) % 1 - 0.5) > 0.492, 0.4, 1.0)
    return shaded(base, amount.astype(np.float32))
