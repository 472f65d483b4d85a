"""The true rectilinear view of a panorama, and how near a picture comes to it."""

import numpy
from PIL import Image

#: Samples along each side of a pixel of the true view.
OVERSAMPLED = 4


def _cubic(t):
    """Weights of Catmull and Rom for the four neighbours of a point `t` of the way from the second to the third."""
    return [t * (-0.5 + t * (1 - 0.5 * t)), 1 + t * t * (1.5 * t - 2.5), t * (0.5 + t * (2 - 1.5 * t)), t * t * (0.5 * t - 0.5)]


def rendered(panorama, yaw, pitch, hfov, width, height):
    """The view as floats: bicubic samples of the source, averaged over each pixel. Angles in degrees."""
    source = numpy.asarray(panorama, dtype=numpy.float32)
    tall, wide, _ = source.shape
    focal = width / 2 / numpy.tan(numpy.radians(hfov) / 2)
    yaw, pitch = numpy.radians(yaw), numpy.radians(pitch)
    n = OVERSAMPLED
    out = numpy.empty((height, width, 3), numpy.float32)
    x = (numpy.arange(width * n) + 0.5) / n - width / 2
    for row in range(height):
        y = height / 2 - (row + (numpy.arange(n) + 0.5) / n)
        gx, gy = numpy.meshgrid(x, y)
        # Turned by the pitch about the right axis, then by the yaw about the vertical.
        up = gy * numpy.cos(pitch) + focal * numpy.sin(pitch)
        ahead = focal * numpy.cos(pitch) - gy * numpy.sin(pitch)
        u = (numpy.arctan2(gx, ahead) + yaw) / (2 * numpy.pi) + 0.5
        v = 0.5 - numpy.arctan2(up, numpy.hypot(gx, ahead)) / numpy.pi
        sx, sy = (u % 1) * wide - 0.5, v * tall - 0.5
        i, j = numpy.floor(sx).astype(int), numpy.floor(sy).astype(int)
        wx, wy = _cubic((sx - i)[..., None]), _cubic((sy - j)[..., None])
        total = 0
        for dy in range(4):
            line = (j + dy - 1).clip(0, tall - 1)
            total = total + wy[dy] * sum(wx[dx] * source[line, (i + dx - 1) % wide] for dx in range(4))
        out[row] = total.reshape(n, width, n, 3).mean((0, 2))
    return out.clip(0, 255)


def psnr(picture, truth):
    """Decibels over all channels."""
    return 10 * numpy.log10(255**2 / numpy.mean((picture.astype(numpy.float32) - truth) ** 2))


def _edges(picture):
    """The Laplacian of the luma (Rec. 601)."""
    luma = picture.astype(numpy.float32) @ numpy.array([0.299, 0.587, 0.114], numpy.float32)
    return 4 * luma[1:-1, 1:-1] - luma[:-2, 1:-1] - luma[2:, 1:-1] - luma[1:-1, :-2] - luma[1:-1, 2:]


def sharpness(picture, truth):
    """Energy of the Laplacian as a ratio: 1 is as sharp as the truth, more is aliased, less is soft."""
    return float(numpy.sqrt(numpy.mean(_edges(picture) ** 2) / numpy.mean(_edges(truth) ** 2)))


def read(path):
    """A picture as an array of RGB."""
    return numpy.asarray(Image.open(path).convert("RGB"))
