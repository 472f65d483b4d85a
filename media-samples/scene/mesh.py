"""Small mesh builders on which every piece of the scene stands.

Each makes one Blender object with UV coordinates in metres, so that a texture
has its true size wherever it lies. `placed` moves all that is built inside it.
Knows nothing of rooms or of materials beyond handing them on.
"""

import math
from contextlib import contextmanager

import bmesh
import bpy
from mathutils import Euler, Matrix, Vector

_stack = [Matrix.Identity(4)]


@contextmanager
def placed(x=0.0, y=0.0, z=0.0, turn=0.0, pitch=0.0, roll=0.0):
    """Build inside a frame at (x, y, z), turned `turn` degrees anticlockwise seen from above."""
    frame = Matrix.Translation((x, y, z)) @ Euler(
        (math.radians(pitch), math.radians(roll), math.radians(turn))).to_matrix().to_4x4()
    _stack.append(_stack[-1] @ frame)
    try:
        yield
    finally:
        _stack.pop()


def current_frame():
    """The matrix that `placed` put in force."""
    return _stack[-1].copy()


def add_object(name, data):
    """Link `data` as an object in the frame in force."""
    thing = bpy.data.objects.new(name, data)
    bpy.context.scene.collection.objects.link(thing)
    thing.matrix_world = _stack[-1]
    return thing


def _unwrap_by_box(shape):
    """UV in metres by the direction that each face looks in."""
    layer = shape.loops.layers.uv.verify()
    for face in shape.faces:
        normal = face.normal
        ax, ay, az = abs(normal.x), abs(normal.y), abs(normal.z)
        for loop in face.loops:
            p = loop.vert.co
            if az >= ax and az >= ay:
                loop[layer].uv = (p.x, p.y)
            elif ax >= ay:
                loop[layer].uv = (p.y, p.z)
            else:
                loop[layer].uv = (p.x, p.z)


def finish(name, shape, material, bevel=0.0, segments=2, smooth=False, unwrap=True):
    """Turn a bmesh into an object: UV, material, rounded edges, shading."""
    bmesh.ops.recalc_face_normals(shape, faces=shape.faces)
    shape.normal_update()
    if unwrap:
        _unwrap_by_box(shape)
    data = bpy.data.meshes.new(name)
    shape.to_mesh(data)
    shape.free()
    if material is not None:
        data.materials.append(material)
    if smooth or bevel > 0:
        data.polygons.foreach_set("use_smooth", [True] * len(data.polygons))
    thing = add_object(name, data)
    if bevel > 0:
        modifier = thing.modifiers.new("rounded", "BEVEL")
        modifier.width = bevel
        modifier.segments = segments
        modifier.limit_method = "ANGLE"
        modifier.angle_limit = math.radians(40)
        modifier.harden_normals = True
    elif smooth:
        data.set_sharp_from_angle(angle=math.radians(45))
    return thing


def box(name, lo, hi, material, bevel=0.0, segments=2):
    """An axis-parallel box from corner `lo` to corner `hi`."""
    shape = bmesh.new()
    lo, hi = [min(a, b) for a, b in zip(lo, hi)], [max(a, b) for a, b in zip(lo, hi)]
    corners = [shape.verts.new((hi[0] if i & 1 else lo[0], hi[1] if i & 2 else lo[1],
                                hi[2] if i & 4 else lo[2])) for i in range(8)]
    for quad in ((0, 2, 3, 1), (4, 5, 7, 6), (0, 1, 5, 4), (2, 6, 7, 3), (0, 4, 6, 2), (1, 3, 7, 5)):
        shape.faces.new([corners[i] for i in quad])
    smallest = min(h - l for h, l in zip(hi, lo))
    return finish(name, shape, material, min(bevel, smallest * 0.45), segments)


def lathe(name, profile, material, centre=(0, 0, 0), sides=40, axis="z", stretch=(1, 1), smooth=True):
    """Turn `profile`, pairs of radius and height, about an axis through `centre`."""
    shape = bmesh.new()
    rings = []
    for radius, height in profile:
        if radius <= 1e-6:
            rings.append([shape.verts.new((0, 0, height))])
        else:
            rings.append([shape.verts.new((radius * stretch[0] * math.cos(2 * math.pi * k / sides),
                                           radius * stretch[1] * math.sin(2 * math.pi * k / sides), height))
                          for k in range(sides)])
    for below, above in zip(rings, rings[1:]):
        for k in range(sides):
            n = (k + 1) % sides
            if len(below) == 1 and len(above) == 1:
                continue
            if len(below) == 1:
                shape.faces.new((below[0], above[n], above[k]))
            elif len(above) == 1:
                shape.faces.new((below[k], below[n], above[0]))
            else:
                shape.faces.new((below[k], below[n], above[n], above[k]))
    if axis == "x":
        bmesh.ops.transform(shape, matrix=Matrix.Rotation(math.pi / 2, 4, "Y"), verts=shape.verts)
    elif axis == "y":
        bmesh.ops.transform(shape, matrix=Matrix.Rotation(-math.pi / 2, 4, "X"), verts=shape.verts)
    bmesh.ops.translate(shape, vec=Vector(centre), verts=shape.verts)
    return finish(name, shape, material, smooth=smooth)


def cylinder(name, centre, radius, length, material, axis="z", sides=32, rounding=0.0):
    """A closed cylinder from `centre` along an axis."""
    r = min(rounding, radius * 0.5, length * 0.5)
    if r > 0:
        profile = [(0, 0), (radius - r, 0), (radius - 0.3 * r, 0.3 * r), (radius, r),
                   (radius, length - r), (radius - 0.3 * r, length - 0.3 * r), (radius - r, length), (0, length)]
    else:
        profile = [(0, 0), (radius, 0), (radius, length), (0, length)]
    return lathe(name, profile, material, centre, sides, axis)


def prism(name, outline, depth, material, axis="y", at=0.0, bevel=0.0):
    """Push a flat outline along an axis: points (x, z) for y, (y, z) for x, (x, y) for z."""
    def point(p, d):
        return {"y": (p[0], d, p[1]), "x": (d, p[0], p[1]), "z": (p[0], p[1], d)}[axis]
    shape = bmesh.new()
    near = [shape.verts.new(point(p, at)) for p in outline]
    far = [shape.verts.new(point(p, at + depth)) for p in outline]
    shape.faces.new(near)
    shape.faces.new(list(reversed(far)))
    for k in range(len(outline)):
        n = (k + 1) % len(outline)
        shape.faces.new((near[n], near[k], far[k], far[n]))
    return finish(name, shape, material, bevel, smooth=False)


def sheet(name, place, columns, rows, material, thickness=0.0, smooth=True, size=(1.0, 1.0), closed=False):
    """A surface `place(u, v) -> (x, y, z)` for u, v in 0..1; UV is u, v times `size`."""
    shape = bmesh.new()
    layer = shape.loops.layers.uv.verify()
    points = [[shape.verts.new(place(i / columns, j / rows)) for i in range(columns if closed else columns + 1)]
              for j in range(rows + 1)]
    for j in range(rows):
        for i in range(columns):
            n = (i + 1) % columns if closed else i + 1
            face = shape.faces.new((points[j][i], points[j][n], points[j + 1][n], points[j + 1][i]))
            spots = ((i, j), (i + 1, j), (i + 1, j + 1), (i, j + 1))
            for loop, (a, b) in zip(face.loops, spots):
                loop[layer].uv = (a / columns * size[0], b / rows * size[1])
    thing = finish(name, shape, material, smooth=smooth, unwrap=False)
    if thickness:
        modifier = thing.modifiers.new("thick", "SOLIDIFY")
        modifier.thickness = thickness
        modifier.offset = 0
    return thing


def panel(name, corners, material, uv=((0, 0), (1, 0), (1, 1), (0, 1))):
    """One flat four-cornered face carrying a whole picture."""
    shape = bmesh.new()
    layer = shape.loops.layers.uv.verify()
    face = shape.faces.new([shape.verts.new(c) for c in corners])
    for loop, spot in zip(face.loops, uv):
        loop[layer].uv = spot
    data = bpy.data.meshes.new(name)
    shape.to_mesh(data)
    shape.free()
    data.materials.append(material)
    return add_object(name, data)


def tube(name, points, radius, material, closed=False, round_corners=True):
    """A pipe along points."""
    curve = bpy.data.curves.new(name, "CURVE")
    curve.dimensions = "3D"
    curve.bevel_depth = radius
    curve.bevel_resolution = 4
    curve.use_fill_caps = True
    if round_corners and len(points) > 2:
        points = _rounded(points, radius * 3.5, closed)
    line = curve.splines.new("POLY")
    line.points.add(len(points) - 1)
    for spot, p in zip(line.points, points):
        spot.co = (*p, 1)
    line.use_cyclic_u = closed
    line.use_smooth = True
    curve.materials.append(material)
    return add_object(name, curve)


def _rounded(points, radius, closed):
    """Replace inner corners by short arcs."""
    out = []
    count = len(points)
    for k, p in enumerate(points):
        p = Vector(p)
        if not closed and k in (0, count - 1):
            out.append(tuple(p))
            continue
        before, after = Vector(points[k - 1]), Vector(points[(k + 1) % count])
        r = min(radius, (before - p).length * 0.45, (after - p).length * 0.45)
        a, b = p + (before - p).normalized() * r, p + (after - p).normalized() * r
        for step in range(6):
            t = step / 5
            out.append(tuple(a * (1 - t) ** 2 + p * 2 * t * (1 - t) + b * t ** 2))
    return out


def carved(name, lo, hi, holes, material, bevel=0.0):
    """A slab with rectangular holes through its thinnest axis, given as (u0, v0, u1, v1)."""
    spans = [h - l for l, h in zip(lo, hi)]
    thin = spans.index(min(spans))
    u, v = [a for a in range(3) if a != thin]
    cuts_u = sorted({lo[u], hi[u], *[c for h in holes for c in (h[0], h[2])]})
    cuts_v = sorted({lo[v], hi[v], *[c for h in holes for c in (h[1], h[3])]})
    shape = bmesh.new()
    known = {}

    def corner(a, b, c):
        key = (round(a, 5), round(b, 5), c)
        if key not in known:
            p = [0.0, 0.0, 0.0]
            p[u], p[v], p[thin] = a, b, c
            known[key] = shape.verts.new(p)
        return known[key]

    def solid(i, j):
        if not (0 <= i < len(cuts_u) - 1 and 0 <= j < len(cuts_v) - 1):
            return False
        mu, mv = (cuts_u[i] + cuts_u[i + 1]) / 2, (cuts_v[j] + cuts_v[j + 1]) / 2
        return not any(h[0] < mu < h[2] and h[1] < mv < h[3] for h in holes)

    near, far = lo[thin], hi[thin]
    for i in range(len(cuts_u) - 1):
        for j in range(len(cuts_v) - 1):
            if not solid(i, j):
                continue
            a, b, c, d = cuts_u[i], cuts_v[j], cuts_u[i + 1], cuts_v[j + 1]
            for depth in (near, far):
                shape.faces.new([corner(*p, depth) for p in ((a, b), (c, b), (c, d), (a, d))])
            for di, dj, p, q in ((-1, 0, (a, b), (a, d)), (1, 0, (c, b), (c, d)),
                                 (0, -1, (a, b), (c, b)), (0, 1, (a, d), (c, d))):
                if not solid(i + di, j + dj):
                    shape.faces.new((corner(*p, near), corner(*q, near), corner(*q, far), corner(*p, far)))
    return finish(name, shape, material, bevel)
