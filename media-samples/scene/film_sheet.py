"""Writes videos/contact-sheet.jpg: five moments of every film in a row, with its name."""

import subprocess
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from contact_sheet import FONT
from walks import FILMS

VIDEOS = Path(__file__).resolve().parent.parent / "videos"
HEIGHT, GAP, LINE, MOMENTS = 200, 12, 40, 5


def moment(path, second, height):
    """One frame at that height."""
    data = subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-ss", f"{second:.2f}", "-i", path, "-frames:v", "1", "-vf", f"scale=-2:{height}:flags=area",
                           "-f", "image2pipe", "-c:v", "ppm", "pipe:"], check=True, capture_output=True).stdout
    return Image.open(BytesIO(data)).convert("RGB")


def row(film):
    """Five frames side by side."""
    path, count = VIDEOS / f"{film.stem}.mp4", MOMENTS
    frames = [moment(path, (k + 0.3) * film.seconds / count, HEIGHT) for k in range(count)]
    strip = Image.new("RGB", (sum(frame.width + GAP for frame in frames) - GAP, HEIGHT), (250, 250, 248))
    x = 0
    for frame in frames:
        strip.paste(frame, (x, 0))
        x += frame.width + GAP
    return strip


def main():
    """All films that are there."""
    films = [film for film in FILMS if (VIDEOS / f"{film.stem}.mp4").exists()]
    strips = [row(film) for film in films]
    page = Image.new("RGB", (max(strip.width for strip in strips) + 2 * GAP, len(strips) * (HEIGHT + LINE) + GAP), (250, 250, 248))
    draw, font = ImageDraw.Draw(page), ImageFont.truetype(FONT, 22, index=2)
    for k, (film, strip) in enumerate(zip(films, strips)):
        y = GAP + k * (HEIGHT + LINE)
        page.paste(strip, (GAP, y))
        draw.text((GAP, y + HEIGHT + 2), f"{film.number}  {film.zh}  {film.en}, {film.seconds} s", font=font, fill=(40, 40, 40))
    page.save(VIDEOS / "contact-sheet.jpg", quality=84)


if __name__ == "__main__":
    main()
