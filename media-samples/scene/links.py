"""Where one standpoint sees another: yaw and pitch of the floor below its tripod."""

import math

from plan import standpoint


def wrapped(degrees):
    """The same direction within -180..180."""
    return (degrees + 180.0) % 360.0 - 180.0


def towards(here, there):
    """Yaw (right positive, 0 the middle of `here`'s picture) and pitch, in degrees."""
    east, north = there.x - here.x, there.y - here.y
    bearing = math.degrees(math.atan2(east, north))
    pitch = -math.degrees(math.atan2(here.z, math.hypot(east, north)))
    return wrapped(bearing - here.heading), pitch


def north_yaw(here):
    """Yaw at which the picture looks north."""
    return wrapped(-here.heading)


def links_of(here):
    """Pairs of target standpoint and (yaw, pitch)."""
    return [(standpoint(key), towards(here, standpoint(key))) for key in here.links]
