"""Takes the noise out of the light map: means over neighbours of the same chart that are about as bright. Numpy only.

Three rounds over ever wider neighbourhoods (the à-trous scheme; Dammertz et al.
2010), so that a texel gathers from up to fourteen texels away. How bright a texel
is said to be is the mean of the nine around it: there noise is weaker than the
borders of sunlight, which are three steps of brightness and more, and stay.
"""

import numpy as np

TAPS = (1 / 16, 4 / 16, 6 / 16, 4 / 16, 1 / 16)
# Distance of the taps in texels, and the difference in steps of exposure at which a neighbour counts for little.
ROUNDS = ((1, 1.0), (2, 0.8), (4, 0.6))
DARKEST = 0.02


def _shifted(array, dy, dx, fill):
    out = np.full_like(array, fill)
    h, w = array.shape[:2]
    out[max(0, -dy):h - max(0, dy), max(0, -dx):w - max(0, dx)] = array[max(0, dy):h + min(0, dy), max(0, dx):w + min(0, dx)]
    return out


def _mean_of_nine(level, chart):
    total, count = np.zeros_like(level), np.zeros_like(level)
    for dy in (-1, 0, 1):
        for dx in (-1, 0, 1):
            same = _shifted(chart, dy, dx, -2) == chart
            total += _shifted(level, dy, dx, 0) * same
            count += same
    return total / np.maximum(count, 1)


def calmed(light, covered, owner):
    """Light (height, width, 3) without noise; `owner` is the chart of each texel, `covered` says which texels hold light."""
    chart = np.where(covered, owner, -1).astype(np.int32)
    light = np.where(covered[..., None], light, 0).astype(np.float32)
    for step, range_ in ROUNDS:
        log = np.log2(_mean_of_nine(light.mean(2), chart) + DARKEST)
        total, weights = np.zeros_like(light), np.zeros(log.shape, np.float32)
        for j, wy in enumerate(TAPS):
            for i, wx in enumerate(TAPS):
                dy, dx = (j - 2) * step, (i - 2) * step
                near = _shifted(light, dy, dx, 0)
                same = (_shifted(chart, dy, dx, -2) == chart) & covered
                weight = wy * wx * np.exp(-0.5 * ((_shifted(log, dy, dx, 0) - log) / range_) ** 2) * same
                total += near * weight[..., None]
                weights += weight
        light = total / np.maximum(weights, 1e-6)[..., None]
    return light
