"""Doors with leaves, frames and handles; windows with sashes, panes and sills."""

import materials
from mesh import box, cylinder, lathe, panel, placed, tube
from plan import opening


def build():
    """All doors and windows of the flat."""
    _window("window_bedroom_main", sashes=3, outside=-1)
    _window("window_bedroom_second", sashes=2, outside=1)
    _window("window_kitchen", sashes=2, outside=1)
    _window("window_bathroom", sashes=1, outside=1, frosted=True)
    _window("window_living", sashes=3, outside=-1)
    _balcony_door()
    _balcony_windows()
    _door("door_bedroom_main", hinge="end", into=-1, angle=96)
    _door("door_bedroom_second", hinge="start", into=-1, angle=92)
    _door("door_kitchen", hinge="end", into=1, angle=94, glazed=True)
    _door("door_bathroom", hinge="start", into=1, angle=84, vented=True)
    _entrance_door()


def _window(key, sashes, outside, frosted=False):
    """White plastic window set towards the outside, with inner sill and handles."""
    wall, hole = opening(key)
    face = wall.far if outside > 0 else wall.near
    y = face - outside * 0.13
    a, b, sill, head = hole.start, hole.end, hole.sill, hole.head
    frame, depth = 0.055, 0.032
    white, pane = materials.white_plastic(), materials.glass(frosted=frosted)

    def bar(x0, z0, x1, z1, grow=0.0):
        box(f"{key} frame", (x0, y - depth - grow, z0), (x1, y + depth + grow, z1), white, 0.004)

    bar(a, sill, a + frame, head)
    bar(b - frame, sill, b, head)
    bar(a + frame, sill, b - frame, sill + frame)
    bar(a + frame, head - frame, b - frame, head)
    width = (b - a - 2 * frame) / sashes
    for k in range(sashes):
        x0, x1 = a + frame + k * width, a + frame + (k + 1) * width
        rail = 0.05
        for lo, hi in (((x0, sill + frame), (x0 + rail, head - frame)), ((x1 - rail, sill + frame), (x1, head - frame)),
                       ((x0 + rail, sill + frame), (x1 - rail, sill + frame + rail)), ((x0 + rail, head - frame - rail), (x1 - rail, head - frame))):
            bar(lo[0] + 0.002, lo[1] + 0.002, hi[0] - 0.002, hi[1] - 0.002, 0.006)
        _pane(f"{key} pane", x0 + rail, y, sill + frame + rail, x1 - rail, head - frame - rail, pane)
        if k % 2 == 0 and not frosted:
            hx = x1 - rail / 2 if k == 0 else x0 + rail / 2
            inner = y - outside * (depth + 0.008)
            box(f"{key} handle", (hx - 0.013, inner, (sill + head) / 2 - 0.035), (hx + 0.013, inner - outside * 0.012, (sill + head) / 2 + 0.035), white, 0.004)
            box(f"{key} handle", (hx - 0.009, inner - outside * 0.012, (sill + head) / 2 - 0.11), (hx + 0.009, inner - outside * 0.034, (sill + head) / 2 + 0.01), white, 0.006)
    inside = wall.near if outside > 0 else wall.far
    if sill > 0:
        box(f"{key} sill", (a - 0.05, min(inside - outside * 0.06, y), sill - 0.022), (b + 0.05, max(inside - outside * 0.06, y), sill + 0.003), materials.hall_tiles(), 0.006)
    if key != "window_bathroom" and key != "window_living":
        _grille(key, a, b, sill, head, face + outside * 0.10)


def _pane(name, x0, y, z0, x1, z1, pane):
    panel(name, ((x0, y, z0), (x1, y, z0), (x1, y, z1), (x0, y, z1)), pane)


def _grille(key, a, b, sill, head, y):
    """Thin steel bars outside, as old blocks have them."""
    steel = materials.plain(0.50, 0.51, 0.52, 0.45, metallic=0.7)
    count = max(3, int((b - a) / 0.14))
    for k in range(count + 1):
        x = a + (b - a) * k / count
        cylinder(f"{key} grille", (x, y, sill), 0.006, head - sill, steel, sides=8)
    for z in (sill + 0.08, (sill + head) / 2, head - 0.08):
        box(f"{key} grille", (a - 0.02, y - 0.004, z - 0.009), (b + 0.02, y + 0.004, z + 0.009), steel)


def _balcony_door():
    """White door with a pane, pushed open on to the balcony."""
    wall, hole = opening("door_balcony")
    white = materials.white_plastic()
    y = wall.near + 0.13
    for x0, x1 in ((hole.start, hole.start + 0.05), (hole.end - 0.03, hole.end + 0.03)):
        box("balcony door frame", (x0, y - 0.035, 0), (x1, y + 0.035, hole.head), white, 0.004)
    box("balcony door frame", (hole.start + 0.05, y - 0.035, hole.head - 0.05), (hole.end - 0.03, y + 0.035, hole.head), white, 0.004)
    box("balcony threshold", (hole.start, wall.near, -0.02), (hole.end, wall.far, 0.018), materials.hall_tiles(), 0.004)
    width, height = hole.end - hole.start - 0.09, hole.head - 0.06
    with placed(hole.start + 0.055, y - 0.03, 0.03, turn=-82):
        rail = 0.085
        for lo, hi in (((0, 0), (rail, height)), ((width - rail, 0), (width, height)), ((rail, 0), (width - rail, 0.16)),
                       ((rail, height - rail), (width - rail, height)), ((rail, 0.80), (width - rail, 0.86))):
            box("balcony door leaf", (lo[0], -0.022, lo[1]), (hi[0], 0.022, hi[1]), white, 0.005)
        box("balcony door panel", (rail, -0.012, 0.16), (width - rail, 0.012, 0.80), white)
        _pane("balcony door pane", rail, 0, 0.86, width - rail, height - rail, materials.glass())
        box("balcony door handle", (width - 0.055, 0.022, 0.95), (width - 0.03, 0.055, 1.10), materials.steel(), 0.008)
        box("balcony door handle", (width - 0.055, -0.055, 0.95), (width - 0.03, -0.022, 1.10), materials.steel(), 0.008)


def _balcony_windows():
    """Sliding aluminium sashes round the balcony; one stands open."""
    metal = materials.aluminium()
    x0, x1, y, low, high = 3.30, 6.80, -1.34, 0.985, 2.50
    box("balcony rail", (x0, y - 0.04, low), (x1, y + 0.04, low + 0.05), metal, 0.004)
    box("balcony rail", (x0, y - 0.04, high - 0.05), (x1, y + 0.04, high), metal, 0.004)
    box("balcony rail", (x0, y - 0.035, 2.02), (x1, y + 0.035, 2.07), metal, 0.004)
    for k in range(5):
        x = x0 + (x1 - x0) * k / 4
        # Between the rails and a little thinner, so that no two faces lie in one plane.
        box("balcony post", (max(x - 0.022, x0), y - 0.032, low + 0.049), (min(x + 0.022, x1), y + 0.032, high - 0.049), metal, 0.004)
        if k < 4:
            n = x0 + (x1 - x0) * (k + 1) / 4
            _pane("balcony light", x, y, 2.07, n, high - 0.05, materials.glass())
            slid = 0.62 if k == 2 else 0.0
            track = y - 0.018 if slid else y + 0.014
            s0, s1, rail = x + 0.022 - slid, n - 0.022 - slid, 0.038
            for lo, hi in (((s0, low + 0.05), (s0 + rail, 2.02)), ((s1 - rail, low + 0.05), (s1, 2.02)),
                           ((s0 + rail, low + 0.05), (s1 - rail, low + 0.05 + rail)), ((s0 + rail, 2.02 - rail), (s1 - rail, 2.02))):
                box("balcony sash", (lo[0], track - 0.012, lo[1]), (hi[0], track + 0.012, hi[1]), metal, 0.003)
            _pane("balcony pane", s0 + rail, track, low + 0.05 + rail, s1 - rail, 2.02 - rail, materials.glass())


def _frame(key, wall, hole):
    wood_up, wood = materials.timber("door", 1.5708), materials.timber("door")

    def piece(a, b, z0, z1, n, f, material):
        if wall.along == "x":
            box(f"{key} frame", (a, n, z0), (b, f, z1), material, 0.004)
        else:
            box(f"{key} frame", (n, a, z0), (f, b, z1), material, 0.004)

    s, e, h = hole.start, hole.end, hole.head
    near, far = wall.near, wall.far
    piece(s, s + 0.03, 0, h, near - 0.004, far + 0.004, wood_up)
    piece(e - 0.03, e, 0, h, near - 0.004, far + 0.004, wood_up)
    piece(s + 0.03, e - 0.03, h - 0.03, h, near - 0.004, far + 0.004, wood)
    for n, f in ((near - 0.016, near + 0.001), (far - 0.001, far + 0.016)):
        piece(s - 0.058, s + 0.016, 0, h + 0.058, n, f, wood_up)
        piece(e - 0.016, e + 0.058, 0, h + 0.058, n, f, wood_up)
        piece(s + 0.016, e - 0.016, h - 0.016, h + 0.058, n, f, wood)
    if key not in ("door_entrance",):
        piece(s + 0.03, e - 0.03, -0.01, 0.012, near, far, materials.plain(0.62, 0.60, 0.56, 0.25))


def _door(key, hinge, into, angle, glazed=False, vented=False):
    """A wooden door: `hinge` at start or end of the opening, opening `into` the lower (-1) or upper (1) side."""
    wall, hole = opening(key)
    _frame(key, wall, hole)
    width, height = hole.end - hole.start - 0.066, hole.head - 0.045
    at = hole.start + 0.033 if hinge == "start" else hole.end - 0.033
    edge = wall.near - 0.02 if into < 0 else wall.far + 0.02
    if wall.along == "x":
        turn = angle * into if hinge == "start" else 180 - angle * into
        spot = (at, edge)
    else:
        turn = 90 - angle * into if hinge == "start" else -90 + angle * into
        spot = (edge, at)
    with placed(*spot, 0.014, turn=turn):
        leaf(key, width, height, glazed, vented)


def leaf(key, width, height, glazed=False, vented=False):
    """A door leaf from the hinge at the origin along x: stiles, rails, panels, lever handles."""
    up, across = materials.timber("door", 1.5708), materials.timber("door")
    t, stile = 0.02, 0.105
    box(f"{key} stile", (0, -t, 0), (stile, t, height), up, 0.003)
    box(f"{key} stile", (width - stile, -t, 0), (width, t, height), up, 0.003)
    rails = ((0, 0.20), (0.86, 0.98), (height - 0.13, height))
    for z0, z1 in rails:
        box(f"{key} rail", (stile, -t, z0), (width - stile, t, z1), across, 0.003)
    for k, (z0, z1) in enumerate(((0.20, 0.86), (0.98, height - 0.13))):
        if glazed and k == 1:
            _pane(f"{key} pane", stile, 0, z0, width - stile, z1, materials.glass())
            for x in (stile, width - stile - 0.014):
                box(f"{key} bead", (x, -0.012, z0), (x + 0.014, 0.012, z1), up, 0.003)
            continue
        if vented and k == 0:
            for step in range(9):
                z = z0 + 0.03 + step * (z1 - z0 - 0.06) / 8
                with placed(0, 0, z, pitch=35):
                    box(f"{key} slat", (stile, -0.016, -0.004), (width - stile, 0.016, 0.004), across)
            continue
        box(f"{key} panel", (stile, -0.007, z0), (width - stile, 0.007, z1), up)
        box(f"{key} field", (stile + 0.05, -0.014, z0 + 0.05), (width - stile - 0.05, 0.014, z1 - 0.05), up, 0.006)
    steel = materials.steel()
    for side in (-1, 1):
        y = side * t
        box(f"{key} plate", (width - 0.075, y, 0.93), (width - 0.035, y + side * 0.006, 1.12), steel, 0.003)
        lathe(f"{key} spindle", [(0, 0), (0.011, 0), (0.011, 0.045), (0, 0.045)], steel, (width - 0.055, y if side > 0 else y - 0.045, 1.05), 16, "y")
        tube(f"{key} lever", [(width - 0.055, y + side * 0.043, 1.05), (width - 0.10, y + side * 0.046, 1.05), (width - 0.17, y + side * 0.043, 1.047)], 0.009, steel)
    for z in (0.22, height / 2, height - 0.22):
        cylinder(f"{key} hinge", (0.0, t + 0.004, z - 0.05), 0.007, 0.10, steel, sides=12)


def _entrance_door():
    """Dark red steel security door, shut, with spyhole, lock and a guarantee label."""
    wall, hole = opening("door_entrance")
    red = materials.plain(0.31, 0.075, 0.06, 0.36, bump=0.05, scale=140)
    s, e, h, x = hole.start, hole.end, hole.head, wall.near
    for a, b, z0, z1 in ((s - 0.05, s + 0.04, 0, h + 0.05), (e - 0.04, e + 0.05, 0, h + 0.05), (s + 0.04, e - 0.04, h - 0.04, h + 0.05)):
        box("entrance frame", (x - 0.022, a, z0), (wall.far, b, z1), red, 0.004)
    box("entrance threshold", (x - 0.01, s + 0.04, -0.01), (wall.far, e - 0.04, 0.022), materials.steel(), 0.003)
    a, b = s + 0.042, e - 0.042
    box("entrance leaf", (x + 0.012, a, 0.024), (x + 0.07, b, h - 0.042), red, 0.004)
    for y0, y1, z0, z1 in ((a + 0.10, b - 0.10, 0.14, 0.72), (a + 0.10, b - 0.10, 0.80, 1.02), (a + 0.10, b - 0.10, 1.12, h - 0.16)):
        for m, n, q, r in ((y0, y0 + 0.014, z0, z1), (y1 - 0.014, y1, z0, z1), (y0, y1, z0, z0 + 0.014), (y0, y1, z1 - 0.014, z1)):
            box("entrance moulding", (x + 0.006, m, q), (x + 0.013, n, r), red, 0.003)
    steel = materials.brass()
    box("entrance lock", (x + 0.004, a + 0.035, 0.94), (x + 0.012, a + 0.085, 1.20), steel, 0.004)
    tube("entrance lever", [(x + 0.01, a + 0.06, 1.12), (x - 0.045, a + 0.06, 1.12), (x - 0.05, a + 0.18, 1.117)], 0.009, steel)
    cylinder("entrance bolt", (x - 0.02, a + 0.06, 1.0), 0.013, 0.03, steel, axis="x", sides=20, rounding=0.003)
    cylinder("spyhole", (x + 0.002, (a + b) / 2, 1.48), 0.013, 0.012, steel, axis="x", sides=20, rounding=0.003)
