"""The flat in numbers: rooms, walls, openings and standpoints, in metres.

Pure data, no Blender: the modeller, the floor plan, the ground truth and the
listing all read the same figures from here.

Axes: x east, y north, z up; the origin is the inner south-west corner of the
main bedroom at floor level. A heading is degrees clockwise from north.
"""

from dataclasses import dataclass, field

CEILING = 2.62
DOOR_HEIGHT = 2.05
FLOOR_ABOVE_COURTYARD = 5.8  # third storey of a brick block among low roofs
EYE = 1.48


@dataclass(frozen=True)
class Room:
    """A room as its clear rectangle between the plastered walls."""

    key: str
    zh: str
    en: str
    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def area(self):
        """Clear floor area in square metres."""
        return (self.x1 - self.x0) * (self.y1 - self.y0)


ROOMS = (
    Room("living", "客厅", "Living room", 3.30, 0.0, 6.80, 3.90),
    Room("bedroom_main", "主卧", "Main bedroom", 0.0, 0.0, 3.06, 3.90),
    Room("bedroom_second", "次卧", "Second bedroom", 0.0, 4.14, 2.60, 7.40),
    Room("kitchen", "厨房", "Kitchen", 2.70, 5.30, 4.40, 7.40),
    Room("bathroom", "卫生间", "Bathroom", 4.50, 5.30, 5.84, 7.40),
    Room("corridor", "过道", "Corridor", 2.70, 4.14, 6.80, 5.20),
    Room("hall", "门厅", "Entrance niche", 5.94, 5.20, 6.80, 7.40),
    Room("balcony", "阳台", "Balcony", 3.30, -1.28, 6.80, -0.30),
)


@dataclass(frozen=True)
class Opening:
    """A hole in a wall: `start`..`end` along it, `sill`..`head` upwards."""

    key: str
    start: float
    end: float
    sill: float
    head: float


@dataclass(frozen=True)
class Wall:
    """A straight wall: along axis `along` from `start` to `end`, `near`..`far` across."""

    key: str
    along: str
    start: float
    end: float
    near: float
    far: float
    openings: tuple = field(default=())


WALLS = (
    Wall("south", "x", -0.30, 7.10, -0.30, 0.0, (
        Opening("window_bedroom_main", 0.55, 2.45, 0.90, 2.30),
        Opening("door_balcony", 3.55, 4.35, 0.0, 2.30),
        Opening("window_living", 4.35, 6.25, 0.90, 2.30))),
    Wall("north", "x", -0.30, 7.10, 7.40, 7.70, (
        Opening("window_bedroom_second", 0.65, 2.15, 0.92, 2.28),
        Opening("window_kitchen", 3.10, 4.20, 1.12, 2.28),
        Opening("window_bathroom", 4.85, 5.45, 1.55, 2.20))),
    Wall("west", "y", 0.0, 7.40, -0.30, 0.0),
    Wall("east", "y", 0.0, 7.40, 6.80, 7.10, (
        Opening("door_entrance", 4.22, 5.12, 0.0, DOOR_HEIGHT),)),
    Wall("middle", "x", 0.0, 6.80, 3.90, 4.14, (
        Opening("passage_living", 4.30, 5.60, 0.0, 2.16),)),
    Wall("bedroom_main_east", "y", 0.0, 3.90, 3.06, 3.30, (
        Opening("door_bedroom_main", 2.88, 3.72, 0.0, DOOR_HEIGHT),)),
    Wall("bedroom_second_east", "y", 4.14, 7.40, 2.60, 2.70, (
        Opening("door_bedroom_second", 4.26, 5.08, 0.0, DOOR_HEIGHT),)),
    Wall("wet_south", "x", 2.70, 5.94, 5.20, 5.30, (
        Opening("door_kitchen", 3.50, 4.28, 0.0, DOOR_HEIGHT),
        Opening("door_bathroom", 4.62, 5.34, 0.0, DOOR_HEIGHT))),
    Wall("kitchen_east", "y", 5.30, 7.40, 4.40, 4.50),
    Wall("bathroom_east", "y", 5.30, 7.40, 5.84, 5.94),
)


@dataclass(frozen=True)
class Standpoint:
    """Where the tripod stood, and the heading of the middle of the picture."""

    number: int
    key: str
    zh: str
    en: str
    x: float
    y: float
    z: float
    heading: float
    links: tuple

    @property
    def stem(self):
        """File name without its extension; other pieces rely on it."""
        return f"{self.number:02d}-{self.key}"


STANDPOINTS = (
    Standpoint(1, "entrance", "入户门厅", "Entrance", 6.32, 4.72, EYE, 278.0, ("corridor", "living")),
    Standpoint(2, "living", "客厅", "Living room", 4.72, 2.30, EYE, 160.0,
               ("entrance", "bedroom-main", "corridor", "balcony")),
    Standpoint(3, "bedroom-main", "主卧", "Main bedroom", 2.42, 2.36, EYE, 238.0, ("living",)),
    Standpoint(4, "bedroom-second", "次卧", "Second bedroom", 1.62, 5.62, EYE, 312.0, ("corridor",)),
    Standpoint(5, "kitchen", "厨房", "Kitchen", 3.78, 5.98, EYE, 318.0, ("corridor",)),
    Standpoint(6, "bathroom", "卫生间", "Bathroom", 5.12, 6.16, EYE, 32.0, ("corridor",)),
    Standpoint(7, "balcony", "阳台", "Balcony", 4.20, -0.82, EYE, 121.0, ("living",)),
    Standpoint(8, "corridor", "过道", "Corridor", 3.92, 4.68, EYE, 84.0,
               ("entrance", "living", "bedroom-second", "kitchen", "bathroom")),
)


def room(key):
    """The room with that key."""
    return next(r for r in ROOMS if r.key == key)


def standpoint(key):
    """The standpoint with that key."""
    return next(s for s in STANDPOINTS if s.key == key)


def opening(key):
    """The wall and the opening with that key."""
    for wall in WALLS:
        for hole in wall.openings:
            if hole.key == key:
                return wall, hole
    raise KeyError(key)
