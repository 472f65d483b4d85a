"""What a lens and a camera do to light before the picture is developed: distortion, vignetting, glare, exposure. No Blender."""

import math

import numpy as np

GREY = np.array([0.2126, 0.7152, 0.0722], np.float32)


def undistorted(radius, k1):
    """The radius rho with rho (1 + k1 rho^2) = radius, by Newton's method."""
    rho = np.array(radius, float)
    for _ in range(30):
        rho -= (rho * (1 + k1 * rho * rho) - radius) / (1 + 3 * k1 * rho * rho)
    return rho


def canvas(photos):
    """Width and height of the picture without distortion that holds all of the distorted one, with a pixel to spare."""
    x, y = photos.width / 2 / photos.focal, photos.height / 2 / photos.focal
    corner = math.hypot(x, y)
    grow = max(float(undistorted(corner, photos.k1)) / corner, 1.0)
    return 2 * math.ceil(photos.width / 2 * grow + 2), 2 * math.ceil(photos.height / 2 * grow + 2)


def distorted(light, photos):
    """Bend a picture of the canvas's size as the set's lens does."""
    height, width = light.shape[:2]
    v, u = np.mgrid[0:photos.height, 0:photos.width].astype(float)
    x, y = (u - (photos.width - 1) / 2) / photos.focal, (v - (photos.height - 1) / 2) / photos.focal
    radius = np.hypot(x, y)
    grow = np.where(radius > 1e-9, undistorted(radius, photos.k1) / np.maximum(radius, 1e-9), 1.0)
    column, row = x * grow * photos.focal + (width - 1) / 2, y * grow * photos.focal + (height - 1) / 2
    c, r = np.clip(column.astype(int), 0, width - 2), np.clip(row.astype(int), 0, height - 2)
    fx, fy = (column - c)[..., None].astype(np.float32), (row - r)[..., None].astype(np.float32)
    top = light[r, c] * (1 - fx) + light[r, c + 1] * fx
    low = light[r + 1, c] * (1 - fx) + light[r + 1, c + 1] * fx
    return top * (1 - fy) + low * fy


def darkened(light, photos):
    """Less light towards the corners, by the square of the radius."""
    v, u = np.mgrid[0:photos.height, 0:photos.width].astype(np.float32)
    square = ((u / (photos.width - 1) * 2 - 1) * photos.width) ** 2 + ((v / (photos.height - 1) * 2 - 1) * photos.height) ** 2
    return light * (1 - photos.vignette * square / (photos.width ** 2 + photos.height ** 2))[..., None].astype(np.float32)


def veiled(light, share):
    """Light that the lens scatters: most of it near its source, some of it everywhere."""
    if not share:
        return light
    step = 16
    height, width = light.shape[0] // step * step, light.shape[1] // step * step
    small = np.clip(light[:height, :width], 0, 40).reshape(height // step, step, width // step, step, 3).mean((1, 3))
    # A wide kernel with long tails on the small picture, by its transform; the border is mirrored.
    padded = np.pad(small, ((small.shape[0],) * 2, (small.shape[1],) * 2, (0, 0)), mode="reflect")
    fy, fx = np.fft.fftfreq(padded.shape[0])[:, None], np.fft.rfftfreq(padded.shape[1])[None, :]
    fall = np.exp(-np.hypot(fx, fy) * 60) * 0.7 + 0.3 * np.exp(-np.hypot(fx, fy) * 12)
    soft = np.stack([np.fft.irfft2(np.fft.rfft2(padded[..., k]) * fall, s=padded.shape[:2]) for k in range(3)], axis=2)
    soft = np.clip(soft[small.shape[0]:2 * small.shape[0], small.shape[1]:2 * small.shape[1]], 0, None)
    rows = np.clip((np.arange(light.shape[0]) + 0.5) / step - 0.5, 0, soft.shape[0] - 1.001)
    columns = np.clip((np.arange(light.shape[1]) + 0.5) / step - 0.5, 0, soft.shape[1] - 1.001)
    r, c = rows.astype(int), columns.astype(int)
    fr, fc = (rows - r)[:, None, None], (columns - c)[None, :, None]
    veil = (soft[r][:, c] * (1 - fc) + soft[r][:, c + 1] * fc) * (1 - fr) + (soft[r + 1][:, c] * (1 - fc) + soft[r + 1][:, c + 1] * fc) * fr
    return (light * (1 - share) + veil * share).astype(np.float32)


def metered(light, base):
    """The exposure, in steps of a third, that an automatic chooses: six tenths of the way from `base` to a grey picture."""
    mean = float(np.log2(np.clip(light @ GREY, 2e-3, 8)).mean())
    return round(3 * (base + float(np.clip(0.6 * (math.log2(0.30) - mean - base), -1.0, 1.0)))) / 3
