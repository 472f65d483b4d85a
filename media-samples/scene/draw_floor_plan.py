"""Writes floor-plan.svg beside the scene folder from the figures in `plan`. One unit is a centimetre, north is up."""

import math
from pathlib import Path

from plan import ROOMS, STANDPOINTS, WALLS, room

EDGE = 60


def picture():
    """The SVG as text."""
    width, height = 740 + 2 * EDGE, 910 + 2 * EDGE

    def at(x, y):
        return EDGE + (x + 0.30) * 100, EDGE + (7.70 - y) * 100

    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" lang="zh-CN">',
           "<title>两居室平面图 Floor plan</title>", f'<rect width="{width}" height="{height}" fill="#fff"/>']
    for place in ROOMS:
        x, y = at(place.x0, place.y1)
        out.append(f'<rect x="{x:.0f}" y="{y:.0f}" width="{(place.x1 - place.x0) * 100:.0f}" height="{(place.y1 - place.y0) * 100:.0f}" fill="#f4efe6"/>')
    for wall in WALLS:
        out.extend(_wall(wall, at))
    b = room("balcony")
    x, y = at(b.x0 - 0.12, b.y1)
    out.append(f'<path d="M{x:.0f} {y:.0f} v110 h374 v-110" fill="none" stroke="#555" stroke-width="8"/>')
    for place in ROOMS:
        x, y = _free_place(place, at)
        out.append(f'<text x="{x:.0f}" y="{y:.0f}" font-size="17" text-anchor="middle" fill="#333">{place.zh}</text>')
        out.append(f'<text x="{x:.0f}" y="{y + 18:.0f}" font-size="13" text-anchor="middle" fill="#666">{place.area:.1f} m²</text>')
    for here in STANDPOINTS:
        x, y = at(here.x, here.y)
        dx, dy = 26 * math.sin(math.radians(here.heading)), -26 * math.cos(math.radians(here.heading))
        out.append(f'<g id="standpoint-{here.stem}"><line x1="{x:.0f}" y1="{y:.0f}" x2="{x + dx:.1f}" y2="{y + dy:.1f}" stroke="#b3261e" stroke-width="3"/>'
                   f'<circle cx="{x:.0f}" cy="{y:.0f}" r="11" fill="#b3261e"/><text x="{x:.0f}" y="{y + 5:.0f}" font-size="14" text-anchor="middle" fill="#fff">{here.number}</text></g>')
    out.append(f'<path d="M{width - 40} 90 v-50 l-9 16 m9 -16 l9 16" fill="none" stroke="#333" stroke-width="3"/><text x="{width - 40}" y="112" font-size="17" text-anchor="middle">北</text>')
    return "\n".join([*out, "</svg>", ""])


def _free_place(place, at):
    """Where a room's name lies in its middle column, clear of the standpoints and their arrows: the middle, else above or below it."""
    x, middle = at((place.x0 + place.x1) / 2, (place.y0 + place.y1) / 2)
    for shift in (0, 60, -60, 85, -85):
        y = middle + shift
        if all(math.hypot(x - u, y - v) > 58 for u, v in (at(here.x, here.y) for here in STANDPOINTS)):
            return x, y
    return x, middle


def _wall(wall, at):
    """Dark pieces between the openings; windows as a thin line."""
    cuts, start, light = [], wall.start, []
    for hole in sorted(wall.openings, key=lambda h: h.start):
        cuts.append((start, hole.start))
        if hole.sill > 0:
            light.append((hole.start, hole.end))
        start = hole.end
    cuts.append((start, wall.end))

    def rectangle(a, b, near, far, look):
        (x0, y0), (x1, y1) = (at(a, far), at(b, near)) if wall.along == "x" else (at(near, b), at(far, a))
        return f'<rect x="{x0:.0f}" y="{y0:.0f}" width="{x1 - x0:.0f}" height="{y1 - y0:.0f}" {look}/>'

    pieces = [rectangle(a, b, wall.near, wall.far, 'fill="#4a4a4a"') for a, b in cuts if b > a]
    return pieces + [rectangle(a, b, wall.near, wall.far, 'fill="#dfeaf2" stroke="#4a4a4a" stroke-width="2"') for a, b in light]


if __name__ == "__main__":
    (Path(__file__).resolve().parent.parent / "floor-plan.svg").write_text(picture(), encoding="utf-8")
