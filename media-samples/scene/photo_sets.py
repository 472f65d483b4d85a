"""The sets of ordinary photographs and the dual-fisheye pictures: where each is taken, with which lens, from which seed. No Blender."""

import math
from dataclasses import dataclass

import numpy as np

from plan import standpoint


def ring(count, pitch, start):
    """Directions (yaw, pitch) all round."""
    return [(start + 360 * k / count, pitch) for k in range(count)]


LAYOUTS = {
    "three rings and the poles": ring(8, 0, 0) + ring(8, 42, 22.5) + ring(8, -42, 22.5) + [(0, 87), (0, -87)],
    "two rings and the poles": ring(5, 20, 0) + ring(5, -28, 36) + [(10, 85), (20, -85)],
    "one ring of six": ring(6, 0, 0),
}


@dataclass(frozen=True)
class PhotoSet:
    """One set from one standpoint. Angles in degrees, lengths in metres."""

    key: str
    standpoint: str
    layout: str
    hfov: float
    seed: int
    aim_noise: float  # a hand's error in each of yaw, pitch and roll, uniform to either side
    sway: float  # how far the lens leaves the standpoint, uniform in each axis
    k1: float  # Brown's first term on the tangent; below 0 is a barrel
    vignette: float  # light lost in the corner
    glare: float  # share of the light that the lens scatters all over the picture
    bracket: tuple = (0.0,)  # steps of exposure that each direction is developed with
    brighter: float = 0.0  # steps by which the photographer corrects the automatic, so that rooms do not sink before the window
    width: int = 1600
    height: int = 1200

    @property
    def focal(self):
        """Pixels per unit of the tangent."""
        return self.width / 2 / math.tan(math.radians(self.hfov / 2))


SETS = (
    PhotoSet("living-handheld", "living", "three rings and the poles", 65.0, 501, 2.0, 0.015, -0.035, 0.30, 0.0),
    PhotoSet("bedroom-second-hard", "bedroom-second", "two rings and the poles", 90.0, 502, 2.0, 0.010, -0.020, 0.35, 0.10, brighter=1.0),
    PhotoSet("living-bracket", "living", "one ring of six", 100.0, 503, 0.7, 0.002, -0.015, 0.20, 0.01, (-2.0, 0.0, 2.0)),
)


@dataclass(frozen=True)
class Shot:
    """A camera's place and attitude (heading clockwise from north, roll clockwise seen from behind)."""

    position: tuple
    heading: float
    pitch: float
    roll: float


def shots(photos):
    """One shot a direction of the set's layout."""
    dice, here = np.random.default_rng(photos.seed), standpoint(photos.standpoint)
    out = []
    for yaw, pitch in LAYOUTS[photos.layout]:
        a, b, c = (float(v) for v in dice.uniform(-photos.aim_noise, photos.aim_noise, 3))
        move = dice.uniform(-photos.sway, photos.sway, 3)
        out.append(Shot(tuple(round(float(p + m), 5) for p, m in zip((here.x, here.y, here.z), move)), round((here.heading + yaw + a) % 360, 4),
                        round(max(-89.5, min(89.5, pitch + b)), 4), round(c, 4)))
    return out


@dataclass(frozen=True)
class DualFisheye:
    """A camera with two fisheye lenses back to back; both circles in one picture, the front lens left."""

    key: str
    standpoint: str
    seed: int
    fov: float = 195.0
    apart: float = 0.025  # between the centres of the lenses
    edge: int = 1920  # of the square that holds one circle
    fill: float = 0.97  # of the square's edge that the circle spans

    @property
    def focal(self):
        """Pixels per radian off the axis."""
        return self.edge / 2 * self.fill / math.radians(self.fov / 2)

    def lenses(self):
        """Front and back."""
        here = standpoint(self.standpoint)
        ahead = (math.sin(math.radians(here.heading)), math.cos(math.radians(here.heading)))
        return [Shot((round(here.x + side * ahead[0] * self.apart / 2, 5), round(here.y + side * ahead[1] * self.apart / 2, 5), here.z),
                     (here.heading + turn) % 360, 0.0, 0.0) for side, turn in ((1, 0), (-1, 180))]


DUALS = (DualFisheye("living", "living", 511), DualFisheye("bedroom-main", "bedroom-main", 512))
