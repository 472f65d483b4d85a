"""From linear light to the picture that a camera would write: exposure, local tone, curve, grain.

Stands for the camera's own picture engine, so a bracket is three calls with
another exposure. Knows nothing of Blender.
"""

import numpy as np

# Steps of exposure at each standpoint, as a camera's automatic would choose them.
EXPOSURE = {"living": 0.5, "bedroom-main": 0.65, "bedroom-second": 0.6, "entrance": 0.6, "corridor": 0.5, "bathroom": 0.4, "balcony": 0.1, "kitchen": 0.4}


def _blur(field, radius):
    """Three box blurs: near a Gaussian; wraps round in x as a panorama does."""
    for _ in range(3):
        for axis in (0, 1):
            pad = [(0, 0), (0, 0)]
            pad[axis] = (radius + 1, radius)
            wide = np.pad(field, pad, mode="wrap" if axis == 1 else "edge")
            total = np.cumsum(wide, axis=axis, dtype=np.float64)
            n = 2 * radius + 1
            field = (total[n:] - total[:-n]) / n if axis == 0 else (total[:, n:] - total[:, :-n]) / n
    return field


def local_gain(light, strength):
    """Lift shadows and hold back windows by smooth regions (a guided filter on log luminance)."""
    luminance = light @ np.array([0.2126, 0.7152, 0.0722])
    log = np.log2(np.clip(luminance, 1e-4, 64))
    step = max(1, log.shape[1] // 1024)
    small = log[::step, ::step]
    radius = max(2, small.shape[1] // 40)
    mean, square = _blur(small, radius), _blur(small * small, radius)
    variance = np.clip(square - mean * mean, 0, None)
    a = variance / (variance + 0.35)
    b = mean * (1 - a)
    a, b = _blur(a, radius), _blur(b, radius)
    rows = np.clip((np.arange(log.shape[0]) + 0.5) / step - 0.5, 0, small.shape[0] - 1)
    cols = (np.arange(log.shape[1]) + 0.5) / step - 0.5

    def enlarge(field):
        r0 = np.floor(rows).astype(int)
        r1, fr = np.minimum(r0 + 1, field.shape[0] - 1), (rows - r0)[:, None]
        c0 = np.floor(cols).astype(int)
        fc = (cols - c0)[None, :]
        c0, c1 = c0 % field.shape[1], (c0 + 1) % field.shape[1]
        top = field[r0][:, c0] * (1 - fc) + field[r0][:, c1] * fc
        low = field[r1][:, c0] * (1 - fc) + field[r1][:, c1] * fc
        return top * (1 - fr) + low * fr

    base = enlarge(a) * log + enlarge(b)
    middle = np.log2(0.26)
    shift = (middle - base) * strength
    return 2.0 ** np.clip(shift, -2.6, 1.6)


def curve(x):
    """A film-like shoulder: 0.18 stays middle grey, whites roll off near 4."""
    a, b, c, d, e = 2.51, 0.03, 2.43, 0.59, 0.14
    x = x * 0.62
    return np.clip((x * (a * x + b)) / (x * (c * x + d) + e), 0, 1)


def develop(light, exposure=0.0, local=0.3, grain=0.004, seed=1, saturation=0.97, straight=False):
    """Linear RGB (height, width, 3) to sRGB bytes; `straight` leaves the film curve out and clips at 1 as a sensor does."""
    light = np.clip(np.nan_to_num(light), 0, 200).astype(np.float32) * np.float32(2.0 ** exposure)
    if local:
        light = light * local_gain(light, local)[..., None].astype(np.float32)
    grey = (light @ np.array([0.2126, 0.7152, 0.0722], np.float32))[..., None]
    light = np.clip(grey + (light - grey) * saturation, 0, None)
    if straight:
        toned = np.clip(light, 0, 1)
    else:
        # Bright colours drift to white as they do on a sensor that clips softly.
        peak = light.max(axis=2, keepdims=True)
        fade = np.clip((peak - 1.5) / 8, 0, 0.7)
        toned = curve(light * (1 - fade) + grey * fade)
    srgb = np.where(toned <= 0.0031308, toned * 12.92, 1.055 * np.clip(toned, 1e-9, 1) ** (1 / 2.4) - 0.055)
    if grain:
        rng = np.random.default_rng(seed)
        srgb = srgb + rng.normal(0, grain, srgb.shape[:2])[..., None] * (1.15 - srgb)
    return (np.clip(srgb, 0, 1) * 255 + 0.5).astype(np.uint8)
