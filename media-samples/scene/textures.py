"""Pictures that the materials use, computed from noise: wood, tiles, plaster, brick, stains.

Every picture repeats without a seam and is the same on every machine (seeded).
Arrays are height x width x channels, floats 0..1, sRGB values where they are colours.
"""

import numpy as np


def noise(size, slope, seed, stretch=(1.0, 1.0)):
    """Seamless noise with a 1/f^slope spectrum, mean 0, standard deviation 1."""
    rng = np.random.default_rng(seed)
    h, w = size
    fy = np.fft.fftfreq(h)[:, None] * h * stretch[0]
    fx = np.fft.rfftfreq(w)[None, :] * w * stretch[1]
    strength = np.hypot(fx, fy)
    strength[0, 0] = 1.0
    spectrum = (rng.normal(size=strength.shape) + 1j * rng.normal(size=strength.shape)) / strength ** slope
    spectrum[0, 0] = 0
    field = np.fft.irfft2(spectrum, s=size)
    return field / field.std()


def colour(base, *layers):
    """A colour picture: `base` plus layers of (field, tint)."""
    shape = layers[0][0].shape
    out = np.broadcast_to(np.asarray(base, dtype=float), (*shape, 3)).copy()
    for field, tint in layers:
        out += field[..., None] * np.asarray(tint)
    return np.clip(out, 0, 1)


def wood(size, seed, base, dark, planks=1, seams=0.0, lengths=1):
    """Boards along x: growth rings, pores, a tone of its own a board, dark seams. Returns colour and height."""
    rng = np.random.default_rng(seed)
    h, w = size
    y, x = np.mgrid[0:h, 0:w].astype(float)
    row = np.floor(y / h * planks).astype(int)
    shift = rng.permutation(planks) / planks + rng.uniform(0, 0.2, planks)
    along = (x / w + shift[row] / max(lengths, 1)) * lengths
    board = row * 16 + np.floor(along).astype(int) % lengths
    tone = rng.normal(0, 1, planks * 16 + 16)[board]
    phase = rng.uniform(0, 40, planks * 16 + 16)[board]
    warp = noise(size, 1.6, seed + 1, (1, 5))
    rings = np.sin((y / h * planks * 3.1 + phase + warp * 0.55) * 2 * np.pi)
    rings = 0.5 + 0.5 * np.sign(rings) * np.abs(rings) ** 0.6
    pores = np.clip(noise(size, 0.55, seed + 2, (1, 26)) - 0.7, 0, 3) / 2
    clouds = noise(size, 1.3, seed + 3, (1, 3))
    amount = 0.05 + 0.18 * rings + 0.12 * clouds + 0.30 * pores + 0.13 * tone
    base, dark = np.asarray(base), np.asarray(dark)
    mix = np.clip(0.25 + amount, 0, 1)[..., None]
    picture = base * (1 - mix) + dark * mix
    height = 1 - 0.25 * pores
    if seams > 0:
        edge_y = np.minimum(y / h * planks % 1, 1 - y / h * planks % 1) / planks
        edge_x = np.minimum(along % 1, 1 - along % 1) / lengths
        edge = np.minimum(edge_y, edge_x)
        gap = np.clip(1 - edge / seams, 0, 1)
        picture = picture * (1 - 0.72 * gap[..., None])
        height = height - 1.2 * gap
    return np.clip(picture, 0, 1), height


def tiles(size, seed, across, up, base, grout_colour, grout=0.012, variation=0.02, clouds=0.02):
    """A grid of tiles with soft edges. Returns colour and height."""
    rng = np.random.default_rng(seed)
    h, w = size
    y, x = np.mgrid[0:h, 0:w].astype(float)
    tx, ty = x / w * across, y / h * up
    tone = rng.normal(0, variation, (up, across))[np.floor(ty).astype(int), np.floor(tx).astype(int)]
    mottling = noise(size, 1.2, seed + 1) * clouds + noise(size, 0.7, seed + 2) * clouds * 0.35
    picture = colour(base, (tone + mottling, (1, 0.97, 0.9)))
    edge = np.minimum(np.minimum(tx % 1, 1 - tx % 1), np.minimum(ty % 1, 1 - ty % 1))
    line = np.clip((grout - edge) / (grout * 0.35), 0, 1)
    dirt = np.clip(0.5 + 0.25 * noise(size, 1.1, seed + 3), 0, 1)
    grouting = colour(grout_colour, (dirt - 0.5, (0.16, 0.16, 0.15)))
    picture = picture * (1 - line[..., None]) + grouting * line[..., None]
    height = 1 - np.clip((grout * 1.9 - edge) / grout, 0, 1) ** 1.5
    return np.clip(picture, 0, 1), height


def crack(size, seed):
    """Dark branching lines that break one tile. Returns colour and cover (0..1)."""
    rng = np.random.default_rng(seed + 77)
    v, u = (np.mgrid[0:size[0], 0:size[1]] + 0.5) / np.asarray(size, float)[:, None, None]
    out = np.zeros(size)
    inside = (u > 0.02) & (u < 0.98) & (v > 0.02) & (v < 0.98)

    def line(a, b, width, depth):
        nonlocal out
        points = [np.asarray(a, float)]
        for step in range(1, 15):
            p = np.asarray(a) + (np.asarray(b) - np.asarray(a)) * step / 14
            points.append(p + rng.normal(0, 0.014, 2))
        for p, q in zip(points, points[1:]):
            d = q - p
            t = np.clip(((u - p[0]) * d[0] + (v - p[1]) * d[1]) / (d @ d), 0, 1)
            distance = np.hypot(u - p[0] - t * d[0], v - p[1] - t * d[1])
            out = np.maximum(out, np.clip(1.4 - distance / width, 0, 1))
        if depth:
            for k in (5, 9):
                turn = rng.uniform(-0.42, 0.42, 2)
                line(points[k], points[k] + turn, width * 0.7, depth - 1)

    line((0.02, 0.30), (0.98, 0.72), 0.006, 2)
    dirt = noise(size, 1.0, seed)
    return colour((0.13, 0.12, 0.11), (dirt, (0.02, 0.02, 0.02))), np.where(inside, out * np.clip(0.82 + 0.08 * dirt, 0, 1), 0)


def bricks(size, seed, across, up, base, mortar, variation=0.05):
    """Stretcher bond. Returns colour and height."""
    rng = np.random.default_rng(seed)
    h, w = size
    y, x = np.mgrid[0:h, 0:w].astype(float)
    ty = y / h * up
    row = np.floor(ty).astype(int)
    tx = x / w * across + 0.5 * (row % 2)
    tone = rng.normal(0, variation, (up, across))[row, np.floor(tx).astype(int) % across]
    rough = noise(size, 0.8, seed + 1)
    picture = colour(base, (tone, (1, 0.9, 0.85)), (rough, (0.025, 0.025, 0.025)))
    edge = np.minimum(np.minimum(tx % 1, 1 - tx % 1) * 3.2, np.minimum(ty % 1, 1 - ty % 1))
    line = np.clip((0.10 + 0.015 * rough - edge) / 0.05, 0, 1)
    picture = picture * (1 - line[..., None]) + colour(mortar, (rough, (0.04, 0.04, 0.04))) * line[..., None]
    return np.clip(picture, 0, 1), 1 - line + 0.1 * rough


def plaster(size, seed, base=(0.86, 0.85, 0.82)):
    """Roller paint gone slightly uneven with the years. Returns colour and height."""
    large, fine = noise(size, 1.5, seed), noise(size, 0.35, seed + 1)
    smudge = np.clip(noise(size, 1.25, seed + 2) - 1.2, 0, 2)
    picture = colour(base, (large, (0.006, 0.007, 0.009)), (smudge, (-0.018, -0.02, -0.026)))
    return picture, 0.5 + 0.12 * fine + 0.25 * noise(size, 0.9, seed + 3)


def terrazzo(size, seed):
    """Stone chips in grey cement, with the brass strips left out."""
    bed = noise(size, 0.9, seed)
    picture = colour((0.55, 0.54, 0.51), (bed, (0.02, 0.02, 0.02)))
    for k, (tint, limit) in enumerate((((0.82, 0.80, 0.76), 1.25), ((0.30, 0.29, 0.28), 1.55), ((0.52, 0.36, 0.30), 1.75))):
        chips = noise(size, 0.75, seed + 10 + k) + 0.6 * noise(size, 0.2, seed + 20 + k) > limit
        picture[chips] = tint
    return picture, 0.5 + 0.05 * bed


def weave(size, seed, base, tint, threads=90):
    """Woven cloth with uneven yarn. Returns colour and height."""
    h, w = size
    y, x = np.mgrid[0:h, 0:w].astype(float)
    over = np.sin(x / w * threads * 2 * np.pi) * np.sin(y / h * threads * 2 * np.pi)
    yarn = noise(size, 0.5, seed, (1, 12)) + noise(size, 0.5, seed + 1, (12, 1))
    large = noise(size, 1.4, seed + 2)
    return colour(base, (over, np.asarray(tint) * 0.2), (yarn, np.asarray(tint)), (large, np.asarray(tint) * 0.5)), 0.5 + 0.08 * over + 0.1 * yarn


def floral(size, seed, ground, petal, leaf, count=46):
    """Printed bed linen: scattered five-petalled flowers, seamless. Returns colour and height."""
    rng = np.random.default_rng(seed)
    h, w = size
    y, x = np.mgrid[0:h, 0:w].astype(float)
    x, y = x / w, y / h
    picture = np.broadcast_to(np.asarray(ground, float), (h, w, 3)).copy()
    for _ in range(count):
        cx, cy, r, turn = rng.uniform(), rng.uniform(), rng.uniform(0.025, 0.065), rng.uniform(0, 6.3)
        dx, dy = (x - cx + 0.5) % 1 - 0.5, (y - cy + 0.5) % 1 - 0.5
        radius, angle = np.hypot(dx, dy) / r, np.arctan2(dy, dx) + turn
        leafy = (radius < 1.75 * np.abs(np.cos(angle * 1.5)) ** 3) & (radius > 0.2)
        picture[leafy] = np.asarray(leaf) * rng.uniform(0.85, 1.1)
        bloom = radius < 0.62 + 0.38 * np.cos(5 * angle)
        shade = np.clip(0.75 + 0.3 * radius, 0, 1.1)[..., None]
        picture = np.where(bloom[..., None], np.asarray(petal) * shade, picture)
        picture[radius < 0.16] = (0.85, 0.70, 0.32)
    cloth = noise(size, 0.4, seed + 5)
    return np.clip(picture + cloth[..., None] * 0.008, 0, 1), 0.5 + 0.1 * cloth


def damp_stain(size, seed):
    """A brown-rimmed water mark that fades to nothing. Returns colour and cover (0..1)."""
    h, w = size
    y, x = np.mgrid[0:h, 0:w].astype(float)
    u, v = x / w * 2 - 1, y / h * 2 - 1
    ragged = 0.16 * noise(size, 1.25, seed)
    field = 0.80 - np.hypot(u * 0.95, (v - 0.25) * 1.0) + ragged
    body = np.clip(field * 2.2, 0, 1)
    rim = np.exp(-((field - 0.07) / 0.035) ** 2)
    inner = np.exp(-((field - 0.26) / 0.03) ** 2) * 0.6
    flakes = np.clip(noise(size, 0.8, seed + 2) - 1.2, 0, 1) * body
    picture = colour((0.62, 0.52, 0.36), (rim, (-0.16, -0.18, -0.17)), (inner, (-0.1, -0.12, -0.12)), (flakes, (0.2, 0.2, 0.2)))
    fade = np.clip((1 - np.maximum(np.abs(u), np.abs(v))) * 6, 0, 1)
    return picture, np.clip((0.36 * body + 0.55 * rim + 0.3 * inner) * fade, 0, 0.85)


def clay(size, seed):
    """Fired grey clay with lichen. Returns colour and height."""
    lichen = np.clip(noise(size, 1.3, seed + 1) - 0.8, 0, 2)
    picture = colour((0.30, 0.305, 0.31), (noise(size, 0.9, seed), (0.05, 0.05, 0.05)), (lichen, (0.05, 0.06, 0.02)))
    return picture, noise(size, 0.6, seed + 2) * 0.1 + 0.5
