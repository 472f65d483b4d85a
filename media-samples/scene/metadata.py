"""EXIF and GPano XMP for a full-sphere JPEG (Google's Photo Sphere XMP names)."""

from PIL import Image
from PIL.TiffImagePlugin import IFDRational

TAKEN = "2026:09:18 15:10:00"


def exif(number, exposure_time=1 / 60, sensitivity=200):
    """EXIF as a small 360° camera writes it; the model says that it is a render."""
    data = Image.Exif()
    data[0x010F], data[0x0110], data[0x0131] = "Kanfang", "Sample flat, rendered", "media-samples/scene"
    data[0x0132] = data[0x9003] = TAKEN[:-2] + f"{number:02d}"
    data[0x0112] = 1
    inner = data.get_ifd(0x8769)
    inner[0x9003] = TAKEN[:-2] + f"{number:02d}"
    inner[0x829A], inner[0x8827] = exposure_time, sensitivity
    return data


def phone_exif(number, exposure, bias, bracketed, film_focal):
    """EXIF as a phone writes it: `exposure` and `bias` in steps (a sixtieth of a second at none), focal length of 35 mm film by the diagonal."""
    data = exif(number, 2.0 ** exposure / 60, 100)
    data[0x0110] = "Sample flat, rendered photo"
    inner = data.get_ifd(0x8769)
    inner[0x829D], inner[0x920A], inner[0xA405] = 1.8, round(film_focal / 7.0, 2), round(film_focal)
    inner[0x9204], inner[0xA402] = IFDRational(round(bias * 3), 3), 2 if bracketed else 0
    return data


def gpano(width, height, heading):
    """XMP packet: the picture covers the whole sphere and its middle looks along `heading`."""
    facts = {"ProjectionType": "equirectangular", "UsePanoramaViewer": "True", "CroppedAreaImageWidthPixels": width, "CroppedAreaImageHeightPixels": height,
             "FullPanoWidthPixels": width, "FullPanoHeightPixels": height, "CroppedAreaLeftPixels": 0, "CroppedAreaTopPixels": 0,
             "PoseHeadingDegrees": f"{heading:.1f}", "PosePitchDegrees": "0.0", "PoseRollDegrees": "0.0"}
    inside = " ".join(f'GPano:{key}="{value}"' for key, value in facts.items())
    return ('<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
            '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
            f'xmlns:GPano="http://ns.google.com/photos/1.0/panorama/" {inside}/></rdf:RDF></x:xmpmeta><?xpacket end="w"?>').encode("utf-8")
