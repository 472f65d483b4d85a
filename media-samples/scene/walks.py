"""Where the cameras of the films go: six phones held by hand, a walk through the flat, a slow glide for two eyes. No Blender.

Positions in metres, angles in degrees, time in seconds. The same seed gives the same hand.
"""

import math
from dataclasses import dataclass

import numpy as np

RATE = 25
EYE = 1.48
HELD = 1.45  # height of a phone before somebody's face


def smooth(times, values, at):
    """Cubic through the knots that does not overshoot (Fritsch and Carlson 1980) and rests at both ends."""
    times, values = np.asarray(times, float), np.asarray(values, float)
    step, rise = np.diff(times), np.diff(values)
    slope = rise / step
    tangent = np.zeros(len(values))
    same = slope[1:] * slope[:-1] > 0
    w1, w2 = 2 * step[1:] + step[:-1], step[1:] + 2 * step[:-1]
    with np.errstate(divide="ignore", invalid="ignore"):
        tangent[1:-1] = np.where(same, (w1 + w2) / (w1 / slope[:-1] + w2 / slope[1:]), 0.0)
    k = np.clip(np.searchsorted(times, at, side="right") - 1, 0, len(step) - 1)
    s = np.clip((at - times[k]) / step[k], 0, 1)
    return (values[k] * (1 + 2 * s) * (1 - s) ** 2 + tangent[k] * step[k] * s * (1 - s) ** 2
            + values[k + 1] * s * s * (3 - 2 * s) + tangent[k + 1] * step[k] * s * s * (s - 1))


def sway(at, seed, size, slowest=0.12, fastest=0.9, parts=7):
    """A calm hand's wandering: waves of a few frequencies, the faster the smaller; about `size` to either side."""
    dice = np.random.default_rng(seed)
    rates = np.geomspace(slowest, fastest, parts)
    strength = (slowest / rates) ** 0.8
    waves = [s * np.sin(2 * math.pi * (rate * at + phase)) for s, rate, phase in zip(strength, rates, dice.uniform(size=parts))]
    return size * np.sum(waves, axis=0) / math.sqrt(float((strength ** 2).sum()))


@dataclass(frozen=True)
class Film:
    """One film; `pixels` is its focal length where it has one, `knots` are (time, x, y, heading, pitch)."""

    number: int
    key: str
    zh: str
    en: str
    lens: str
    width: int
    height: int
    seconds: int
    exposure: float
    seed: int
    knots: tuple
    pixels: float = 0.0

    @property
    def stem(self):
        """File name without its extension."""
        return f"venue-{self.number}-{self.key}" if self.lens == "rectilinear" else self.key

    def poses(self):
        """(frames, 6): x, y, z, heading, pitch, roll."""
        at = np.arange(self.seconds * RATE) / RATE
        return (_held if self.lens == "rectilinear" else _carried)(self, at)


def _held(film, at):
    """A phone in somebody's hands: it goes by the knots, sways, and bobs with each step."""
    times = [knot[0] for knot in film.knots]
    x, y, heading, pitch = (smooth(times, [knot[k] for knot in film.knots], at) for k in (1, 2, 3, 4))
    speed = np.hypot(np.gradient(x, at), np.gradient(y, at))
    walking = np.clip(speed / 0.5, 0, 1)
    gone = np.concatenate([[0], np.cumsum(np.hypot(np.diff(x), np.diff(y)))])
    step = 2 * math.pi * gone / 0.62  # a step each 62 cm
    seed = film.seed * 10
    side = np.radians(heading)
    aside = 0.008 * walking * np.sin(step / 2) + sway(at, seed, 0.006)
    return np.stack([x + aside * np.cos(side), y - aside * np.sin(side), HELD + 0.006 * walking * np.cos(step) + sway(at, seed + 1, 0.006),
                     heading + sway(at, seed + 2, 0.45), pitch + 0.18 * walking * np.sin(step) + sway(at, seed + 3, 0.4),
                     0.35 * walking * np.sin(step / 2) + sway(at, seed + 4, 0.5, 0.08, 0.5)], axis=1)


def _carried(film, at):
    """A full sphere on a stick: level, at constant height, its middle turned slowly into the direction of the way."""
    knots = np.array(film.knots)
    x, y = _along(knots[:, 1:3], at, knots[0, 0], knots[-1, 0])
    if film.key == "stereo":
        heading = np.full(len(at), knots[0, 3])
    else:
        heading = _ahead(x, y, at)
    return np.stack([x, y, np.full(len(at), EYE), heading, np.zeros(len(at)), np.zeros(len(at))], axis=1)


def _along(points, at, start, end, ease=1.2):
    """A round way through points (Catmull and Rom 1974, centripetal), gone at constant speed but for the ends."""
    ghost = np.concatenate([[2 * points[0] - points[1]], points, [2 * points[-1] - points[-2]]])
    fine = []
    for a, b, c, d in zip(ghost, ghost[1:], ghost[2:], ghost[3:]):
        t0 = 0.0
        t1 = t0 + math.sqrt(math.dist(a, b))
        t2 = t1 + math.sqrt(math.dist(b, c))
        t3 = t2 + math.sqrt(math.dist(c, d))
        t = np.linspace(t1, t2, 100, endpoint=False)[:, None]
        a1, a2, a3 = (t1 - t) / (t1 - t0) * a + (t - t0) / (t1 - t0) * b, (t2 - t) / (t2 - t1) * b + (t - t1) / (t2 - t1) * c, (t3 - t) / (t3 - t2) * c + (t - t2) / (t3 - t2) * d
        b1, b2 = (t2 - t) / (t2 - t0) * a1 + (t - t0) / (t2 - t0) * a2, (t3 - t) / (t3 - t1) * a2 + (t - t1) / (t3 - t1) * a3
        fine.append((t2 - t) / (t2 - t1) * b1 + (t - t1) / (t2 - t1) * b2)
    fine = np.concatenate([*fine, points[-1:]])
    length = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(fine, axis=0).T))])
    t = np.clip(at - start, 0, end - start)
    whole = end - start
    # Constant speed with a soft start and stop: the integral of a smoothed trapezium.
    grid = np.linspace(0, whole, 4001)
    ramp = np.clip(np.minimum(grid, whole - grid) / ease, 0, 1)
    speed = ramp * ramp * (3 - 2 * ramp)
    gone = np.concatenate([[0], np.cumsum((speed[1:] + speed[:-1]) / 2)])
    gone = np.interp(t, grid, gone / gone[-1] * length[-1])
    return np.interp(gone, length, fine[:, 0]), np.interp(gone, length, fine[:, 1])


def _ahead(x, y, at, blur=0.9):
    """The direction of the way in degrees, averaged over about two seconds, so that it never turns suddenly."""
    dx, dy = np.gradient(x), np.gradient(y)
    moving = np.hypot(dx, dy) > 2e-4
    heading = np.degrees(np.unwrap(np.arctan2(dx, dy)))
    heading = np.interp(at, at[moving], heading[moving])
    reach = int(4 * blur * RATE)
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / (blur * RATE)) ** 2)
    return np.convolve(np.pad(heading, reach, mode="edge"), kernel / kernel.sum(), mode="valid")


PHONE = 800.0  # pixels: 77 degrees across the long side, as a phone's main lens films
WIDE = 640.0  # 90 degrees: its wide lens, in small rooms

FILMS = (
    Film(1, "living", "客厅", "Living room", "rectilinear", 1280, 720, 20, 0.5, 611,
         ((0, 4.72, 3.55, 168, -6), (2, 4.72, 3.55, 168, -6), (7, 4.52, 2.35, 152, -9), (11.5, 4.40, 2.05, 96, -10), (15, 4.42, 2.05, 60, -8), (20, 4.46, 2.15, -2, -6)), PHONE),
    Film(2, "bedroom-main", "主卧", "Main bedroom", "rectilinear", 1280, 720, 20, 0.65, 612,
         ((0, 3.45, 3.20, 262, -8), (1.5, 3.45, 3.20, 262, -8), (5.5, 2.50, 2.95, 232, -12), (9.5, 2.40, 2.75, 196, -10), (14, 2.38, 2.62, 152, -10), (20, 2.36, 2.72, 262, -9)), PHONE),
    Film(3, "bedroom-second", "次卧", "Second bedroom", "rectilinear", 720, 1280, 20, 0.6, 613,
         ((0, 2.30, 4.72, 300, -8), (2, 2.30, 4.72, 300, -8), (7, 1.62, 5.15, 322, -12), (12, 1.55, 5.30, 368, -6), (16, 1.55, 5.35, 402, -4), (20, 1.52, 5.32, 352, -10)), WIDE),
    Film(4, "kitchen", "厨房", "Kitchen", "rectilinear", 1280, 720, 20, 0.4, 614,
         ((0, 3.86, 4.66, -6, -10), (1.5, 3.86, 4.66, -6, -10), (6, 3.80, 5.86, -26, -16), (10, 3.78, 6.02, -66, -18), (14, 3.78, 6.02, -38, -8), (20, 3.78, 5.95, 12, -22)), WIDE),
    Film(5, "bathroom", "卫生间", "Bathroom", "rectilinear", 1280, 720, 20, 0.4, 615,
         ((0, 4.97, 4.66, 8, -12), (1.5, 4.97, 4.66, 8, -12), (6, 4.97, 5.46, 34, -20), (9.5, 4.95, 5.52, 72, -16), (13, 4.95, 5.56, 98, -10), (20, 4.93, 5.62, 14, -14)), WIDE),
    Film(6, "balcony", "阳台", "Balcony", "rectilinear", 1280, 720, 20, 0.1, 616,
         ((0, 4.02, 0.75, 182, -6), (1.5, 4.02, 0.75, 182, -6), (6.5, 4.06, -0.66, 150, -10), (9, 4.15, -0.70, 112, -9), (15, 5.30, -0.74, 120, -12), (20, 5.36, -0.74, 196, -14)), PHONE),
    Film(7, "walk", "全景漫步", "Walk-through", "equirectangular", 3840, 1920, 20, 0.5, 621,
         ((1.4, 1.42, 5.95), (0, 1.86, 5.10), (0, 2.62, 4.70), (0, 3.60, 4.66), (0, 4.55, 4.58), (0, 4.92, 4.02), (0, 4.68, 3.10), (0, 4.36, 1.90), (0, 4.08, 0.80), (0, 4.00, -0.14),
          (0, 4.34, -0.68), (18.6, 5.20, -0.76))),
    Film(8, "stereo", "立体全景", "Stereo", "stereo", 3840, 1920, 10, 0.5, 622,
         ((0, 4.70, 3.45, 172), (0, 4.58, 2.70, 172), (10, 4.38, 1.80, 172))),
)
