"""Where one standpoint sees the way to another: the floor below its tripod, or the threshold that leads there.

Run as a program it compares the links in listing.toml with the figures in `plan`.
"""

import math
import sys
import tomllib
from pathlib import Path

from plan import STANDPOINTS, WALLS, standpoint

CLEAR = 0.22  # metres that a link keeps from the jambs of a door
STEEPEST = -35.0  # a link to a near door stands in the doorway, not at one's feet


def wrapped(degrees):
    """The same direction within -180..180."""
    return (degrees + 180.0) % 360.0 - 180.0


def direction(here, x, y, z=0.0):
    """Yaw (right positive, 0 the middle of `here`'s picture) and pitch of a point, in degrees."""
    east, north = x - here.x, y - here.y
    pitch = math.degrees(math.atan2(z - here.z, math.hypot(east, north)))
    return wrapped(math.degrees(math.atan2(east, north)) - here.heading), pitch


def way(here, there):
    """Floor point to aim at: below `there` if a door lets one see it, else the nearest spot of the threshold between."""
    for wall in WALLS:
        middle = (wall.near + wall.far) / 2
        a, b = ((here.y, there.y), (here.x, there.x)) if wall.along == "x" else ((here.x, there.x), (here.y, there.y))
        doors = [hole for hole in wall.openings if hole.sill == 0]
        if not doors or (a[0] - middle) * (a[1] - middle) >= 0:
            continue
        cross = b[0] + (b[1] - b[0]) * (middle - a[0]) / (a[1] - a[0])
        if not wall.start <= cross <= wall.end:
            continue
        door = min(doors, key=lambda hole: max(hole.start - cross, cross - hole.end, 0))
        spot = min(max(cross, door.start + CLEAR), door.end - CLEAR)
        if abs(spot - cross) > 1e-6:
            return (spot, middle) if wall.along == "x" else (middle, spot)
    return there.x, there.y


def towards(here, there):
    """Yaw and pitch of the link from one standpoint to another."""
    yaw, pitch = direction(here, *way(here, there))
    return yaw, max(pitch, STEEPEST)


def north_yaw(here):
    """Yaw at which the picture looks north."""
    return wrapped(-here.heading)


def links_of(here):
    """Pairs of target standpoint and (yaw, pitch)."""
    return [(standpoint(key), towards(here, standpoint(key))) for key in here.links]


def differences(listing):
    """Lines that say where the listing's standpoints differ from the plan."""
    points = {Path(point["file"]).stem: point for point in tomllib.loads(listing.read_text(encoding="utf-8"))["standpoints"]}
    for here in STANDPOINTS:
        point = points[here.stem]
        wanted = [{"to": there.zh, "yaw": round(yaw, 1), "pitch": round(pitch, 1)} for there, (yaw, pitch) in links_of(here)]
        for key, value in (("position", [here.x, here.y, here.z]), ("heading", here.heading), ("north_yaw", round(north_yaw(here), 1)), ("links", wanted)):
            if point[key] != value:
                yield f"{here.stem} {key}: {point[key]} should be {value}"


if __name__ == "__main__":
    wrong = list(differences(Path(__file__).resolve().parent.parent / "listing.toml"))
    print("\n".join(wrong) or "listing.toml agrees with the plan")
    sys.exit(bool(wrong))
