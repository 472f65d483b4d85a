"""Where a lens draws a point: full sphere, ordinary lens with Brown's first term, equidistant fisheye. No Blender.

Pixel centres are whole numbers, rows grow downwards; vectors are east, north, up.
A camera's roll is clockwise as seen from behind it.
"""

import math

import numpy as np


def frame(heading, pitch, roll):
    """Rows: the camera's right, up and forward as east, north, up."""
    h, p, r = (math.radians(a) for a in (heading, pitch, roll))
    forward = np.array([math.sin(h) * math.cos(p), math.cos(h) * math.cos(p), math.sin(p)])
    right = np.array([math.cos(h), -math.sin(h), 0.0])
    up = np.cross(right, forward)
    return np.array([right * math.cos(r) - up * math.sin(r), up * math.cos(r) + right * math.sin(r), forward])


class Equirectangular:
    """The whole sphere; the heading lies in the middle."""

    def __init__(self, record):
        self.width, self.height = record["width"], record["height"]
        self.axes = frame(record["heading"], record["pitch"], record["roll"])

    def project(self, offset):
        """Column and row."""
        x, y, z = self.axes @ np.asarray(offset, float)
        yaw, pitch = math.atan2(x, z), math.atan2(y, math.hypot(x, z))
        return (yaw / (2 * math.pi) + 0.5) * self.width - 0.5, (0.5 - pitch / math.pi) * self.height - 0.5


class Rectilinear:
    """`rho' = rho (1 + k1 rho^2)` on the tangent, as in `kanfang::geometry::Lens`."""

    def __init__(self, record):
        self.focal, self.k1 = record["focal"], record["k1"]
        self.width, self.height = record["width"], record["height"]
        self.axes = frame(record["heading"], record["pitch"], record["roll"])

    def project(self, offset):
        """Column and row, or None outside the picture."""
        x, y, z = self.axes @ np.asarray(offset, float)
        if z <= 1e-6:
            return None
        x, y = x / z, y / z
        stretch = 1 + self.k1 * (x * x + y * y)
        u, v = (self.width - 1) / 2 + self.focal * x * stretch, (self.height - 1) / 2 - self.focal * y * stretch
        return (u, v) if 0 <= u <= self.width - 1 and 0 <= v <= self.height - 1 and stretch > 0.5 else None


class Equidistant:
    """The angle off the axis times the focal length, about a centre of its own; `fov` degrees across the circle."""

    def __init__(self, record):
        self.focal, self.centre, self.widest = record["focal"], record["centre"], math.radians(record["fov"] / 2 - 2)
        self.axes = frame(record["heading"], record["pitch"], record["roll"])

    def project(self, offset):
        """Column and row, or None outside the circle and two degrees within its rim."""
        x, y, z = self.axes @ np.asarray(offset, float)
        aside = math.hypot(x, y)
        angle = math.atan2(aside, z)
        if aside < 1e-9 or angle > self.widest:
            return None
        return self.centre[0] + self.focal * angle * x / aside, self.centre[1] - self.focal * angle * y / aside


def lens_of(record):
    """The lens that a picture's record describes."""
    return {"equirectangular": Equirectangular, "rectilinear": Rectilinear, "equidistant": Equidistant}[record["lens"]](record)
