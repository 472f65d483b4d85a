"""Spherical metadata for MP4: Google's Spherical Video V1 (XML in a uuid box of the track) and V2 (st3d and sv3d in the sample entry).

`python3 spherical_boxes.py FILE` prints what a file says. Standard library only.
"""

import struct
import sys

V1 = bytes.fromhex("ffcc8263f8554a938814587a02521fdd")
CONTAINERS = (b"moov", b"trak", b"mdia", b"minf", b"stbl")
ENTRY = 78  # bytes of a video sample entry before its boxes
SOFTWARE = "Kanfang sample media"


def boxes(data, start, end):
    """(type, start, end of header, end) of the boxes in a stretch of bytes."""
    while start + 8 <= end:
        size, kind = struct.unpack_from(">I4s", data, start)
        head = 8
        if size == 1:
            size, head = struct.unpack_from(">Q", data, start + 8)[0], 16
        elif size == 0:
            size = end - start
        if size < head or start + size > end:
            raise ValueError(f"box {kind!r} at {start} is broken")
        yield kind, start, start + head, start + size
        start += size


def box(kind, *parts):
    """A box of that type."""
    body = b"".join(parts)
    return struct.pack(">I4s", 8 + len(body), kind) + body


def full(kind, *parts):
    """A box with version 0 and no flags."""
    return box(kind, bytes(4), *parts)


def v1_xml(stereo):
    """The XML of V1; stereo is `mono` or `top-bottom`."""
    names = {"Spherical": "true", "Stitched": "true", "StitchingSoftware": SOFTWARE, "ProjectionType": "equirectangular"}
    if stereo != "mono":
        names["StereoMode"] = stereo
    inside = "".join(f"<GSpherical:{name}>{value}</GSpherical:{name}>" for name, value in names.items())
    return ('<?xml version="1.0"?><rdf:SphericalVideo xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
            f'xmlns:GSpherical="http://ns.google.com/videos/1.0/spherical/">{inside}</rdf:SphericalVideo>').encode()


def v2_boxes(stereo):
    """st3d and sv3d: a whole equirectangular sphere whose middle looks ahead."""
    st3d = full(b"st3d", bytes([{"mono": 0, "top-bottom": 1}[stereo]]))
    projection = box(b"proj", full(b"prhd", bytes(12)), full(b"equi", bytes(16)))
    return st3d + box(b"sv3d", full(b"svhd", SOFTWARE.encode() + b"\0"), projection)


def _is_video(data, start, end):
    for kind, _, inside, stop in boxes(data, start, end):
        if kind == b"mdia":
            return any(k == b"hdlr" and data[i + 8:i + 12] == b"vide" for k, _, i, _ in boxes(data, inside, stop))
    return False


def _grown(data, start, end, stereo, kind=None):
    """The boxes of a container with the metadata put in."""
    out = []
    for inner, at, inside, stop in boxes(data, start, end):
        if inner == b"trak" and not _is_video(data, inside, stop):
            out.append(data[at:stop])
        elif inner in CONTAINERS:
            body = _grown(data, inside, stop, stereo, inner)
            if inner == b"trak":
                body += box(b"uuid", V1, v1_xml(stereo))
            out.append(box(inner, body))
        elif inner == b"stsd" and kind == b"stbl":
            _, first, entry, last = next(boxes(data, inside + 8, stop))
            grown = box(data[first + 4:first + 8], data[entry:last], v2_boxes(stereo))
            out.append(box(inner, data[inside:inside + 8], grown, data[last:stop]))
        else:
            out.append(data[at:stop])
    return b"".join(out)


def _shifted(data, start, end, by):
    """The same boxes with all chunk offsets moved."""
    out = []
    for kind, at, inside, stop in boxes(data, start, end):
        if kind in CONTAINERS:
            out.append(box(kind, _shifted(data, inside, stop, by)))
        elif kind in (b"stco", b"co64"):
            letter, width = ("I", 4) if kind == b"stco" else ("Q", 8)
            count = struct.unpack_from(">I", data, inside + 4)[0]
            offsets = struct.unpack_from(f">{count}{letter}", data, inside + 8)
            out.append(box(kind, data[inside:inside + 8], struct.pack(f">{count}{letter}", *(offset + by for offset in offsets))))
        else:
            out.append(data[at:stop])
    return b"".join(out)


def injected(data, stereo="mono"):
    """The bytes of an MP4 file with the metadata of a full sphere in its video track."""
    top = list(boxes(data, 0, len(data)))
    start, inside, stop = next((at, body, end) for kind, at, body, end in top if kind == b"moov")
    moov = box(b"moov", _grown(data, inside, stop, stereo))
    before = any(kind == b"mdat" and at > start for kind, at, _, _ in top)
    if before:
        moov = _shifted(moov, 0, len(moov), len(moov) - (stop - start))
    return data[:start] + moov + data[stop:]


def described(data):
    """What the file says: the XML of V1 and the stereo mode and boxes of V2 of its first video track; None where absent."""
    found = {"v1": None, "stereo_mode": None, "projection": None}

    def walk(start, end):
        for kind, _, inside, stop in boxes(data, start, end):
            if kind in CONTAINERS:
                walk(inside, stop)
            elif kind == b"uuid" and data[inside:inside + 16] == V1:
                found["v1"] = data[inside + 16:stop].decode()
            elif kind == b"stsd":
                name, _, entry, last = next(boxes(data, inside + 8, stop))
                if name in (b"avc1", b"hvc1"):
                    for k, _, i, s in boxes(data, entry + ENTRY, last):
                        if k == b"st3d":
                            found["stereo_mode"] = data[i + 4]
                        elif k == b"sv3d":
                            project = next((a, b) for n, _, a, b in boxes(data, i, s) if n == b"proj")
                            found["projection"] = [n.decode() for n, *_ in boxes(data, *project)]

    walk(0, len(data))
    return found


if __name__ == "__main__":
    with open(sys.argv[1], "rb") as file:
        print(described(file.read()))
