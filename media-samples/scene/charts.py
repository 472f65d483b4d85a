"""Lays every surface of the scene out on one picture, the light map. Numpy only.

A chart is a piece of one object whose connected faces look mainly along the same
axis of the object; it is laid flat along that axis. Its outermost texel centres
lie on its border, so that light between them is never mixed with a neighbour's.
"""

from dataclasses import dataclass

import numpy as np

LARGEST = 512  # texels along a side of a chart
OVERLAP = 0.02  # texels by which a chart reaches over its outermost texel centres


@dataclass
class Charts:
    """Where the triangles lie on the light map."""

    width: int
    height: int
    uv: np.ndarray  # (triangles, 3, 2) in texels
    chart: np.ndarray  # (triangles,) number of the chart
    boxes: np.ndarray  # (charts, 4) column, row, width, height in texels


def _components(keys_a, keys_b, count):
    """The smallest member of each connected set, by label propagation with pointer jumping."""
    label = np.arange(count)
    while True:
        low = np.minimum(label[keys_a], label[keys_b])
        before = label.copy()
        np.minimum.at(label, keys_a, low)
        np.minimum.at(label, keys_b, low)
        label = label[label]
        if (label == before).all():
            return label


def cut(triangles):
    """The chart of each triangle, numbered from 0, and the axis (0 to 5) that it looks along."""
    a, b, c = (triangles.local[:, k] for k in range(3))
    normal = np.cross(b - a, c - a)
    axis = np.abs(normal).argmax(1)
    looks = axis + 3 * (np.take_along_axis(normal, axis[:, None], 1)[:, 0] < 0)
    count = len(normal)
    edges = np.concatenate([np.sort(triangles.vertex[:, pair], axis=1) for pair in ((0, 1), (1, 2), (2, 0))])
    owner = np.tile(np.arange(count), 3)
    key = np.concatenate([edges, looks[owner][:, None]], axis=1)
    order = np.lexsort(key.T)
    key, owner = key[order], owner[order]
    same = (key[1:] == key[:-1]).all(1)
    label = _components(owner[1:][same], owner[:-1][same], count)
    _, chart = np.unique(label, return_inverse=True)
    return chart, looks


def lay(triangles, chart, looks, texel, width):
    """Lay charts out on shelves; `texel` is the size in metres of the texels of each chart."""
    count = chart.max() + 1
    axis = looks % 3
    across, up = np.where(axis == 0, 1, 0), np.where(axis == 2, 1, 2)
    flat = np.stack([np.take_along_axis(triangles.local, np.broadcast_to(k[:, None, None], (len(k), 3, 1)), 2)[..., 0] for k in (across, up)], axis=2)
    low, high = np.full((count, 2), np.inf), np.full((count, 2), -np.inf)
    for corner in range(3):
        np.minimum.at(low, chart, flat[:, corner])
        np.maximum.at(high, chart, flat[:, corner])
    span = np.maximum(high - low, 1e-6)
    cells = np.minimum(np.maximum(np.ceil(span / texel[:, None]).astype(int) + 1, 2), LARGEST)
    turned = cells[:, 1] > cells[:, 0]
    size = np.where(turned[:, None], cells[:, ::-1], cells)
    boxes = np.zeros((count, 4), int)
    x = y = shelf = 0
    for k in np.lexsort((-size[:, 0], -size[:, 1])):
        w, h = size[k]
        if x + w > width:
            x, y, shelf = 0, y + shelf, 0
        shelf = max(shelf, h)
        boxes[k] = x, y, w, h
        x += w
    height = -(-(y + shelf) // 64) * 64
    share = (flat - low[chart][:, None]) / span[chart][:, None]
    share = np.where(turned[chart][:, None, None], share[..., ::-1], share)
    box = boxes[chart][:, None].astype(float)
    uv = box[..., :2] + 0.5 - OVERLAP + share * (box[..., 2:] - 1 + 2 * OVERLAP)
    return Charts(width, height, uv, chart, boxes)
