"""Baked light at the corners of finely meshed things: cloth, bowls, leaves. Numpy only.

Such things fall into many small charts of the light map whose borders would show
in their folds. Here the light map is read at each corner, averaged over all the
faces that share the corner smoothly, and evened out along the edges of the mesh.
"""

import numpy as np

FEWEST = 60  # triangles of a thing
LONGEST = 0.2  # metres that nineteen of twenty edges stay below
EVENINGS = 2


def fine_things(triangles):
    """Which triangles belong to finely meshed things."""
    a, b, c = (triangles.corners[:, k] for k in range(3))
    longest = np.max([np.linalg.norm(b - a, axis=1), np.linalg.norm(c - b, axis=1), np.linalg.norm(a - c, axis=1)], axis=0)
    count = np.bincount(triangles.thing)
    coarse = np.bincount(triangles.thing, longest > LONGEST)
    return ((count >= FEWEST) & (coarse <= 0.05 * count))[triangles.thing]


def _bilinear(light, uv):
    x, y = np.clip(uv[..., 0] - 0.5, 0, light.shape[1] - 1.001), np.clip(uv[..., 1] - 0.5, 0, light.shape[0] - 1.001)
    left, top = x.astype(int), y.astype(int)
    fx, fy = (x - left)[..., None], (y - top)[..., None]
    return ((light[top, left] * (1 - fx) + light[top, left + 1] * fx) * (1 - fy) + (light[top + 1, left] * (1 - fx) + light[top + 1, left + 1] * fx) * fy)


def at_corners(triangles, layout, maps):
    """For every triangle its place in the second result, or -1; (count, sides, 3 corners, 3 channels) of light."""
    chosen = np.flatnonzero(fine_things(triangles))
    normals = np.round(triangles.normals[chosen] * 4).astype(int).reshape(-1, 3)
    key = np.concatenate([triangles.vertex[chosen].reshape(-1, 1), normals], axis=1)
    _, corner = np.unique(key, axis=0, return_inverse=True)
    corner = corner.reshape(-1, 3)
    count = corner.max() + 1
    a, b, c = (triangles.corners[chosen, k] for k in range(3))
    area = np.repeat(np.linalg.norm(np.cross(b - a, c - a), axis=1) + 1e-12, 3)
    out = []
    for light in maps:
        read = _bilinear(light, layout.uv[chosen]).reshape(-1, 3)
        weight = np.bincount(corner.ravel(), area, count)
        value = np.stack([np.bincount(corner.ravel(), area * read[:, k], count) for k in range(3)], axis=1) / weight[:, None]
        for _ in range(EVENINGS):
            total, number = value * 3, np.full(count, 3.0)
            for p, q in ((0, 1), (1, 2), (2, 0), (1, 0), (2, 1), (0, 2)):
                for k in range(3):
                    total[:, k] += np.bincount(corner[:, p], value[corner[:, q], k], count)
                number += np.bincount(corner[:, p], minlength=count)
            value = total / number[:, None]
        out.append(value[corner])
    place = np.full(len(triangles.corners), -1)
    place[chosen] = np.arange(len(chosen))
    return place, np.stack(out, axis=1).astype(np.float32)
