"""Writes contact-sheet.jpg: the panoramas side by side, two to a row, with their names."""

from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from plan import STANDPOINTS

SAMPLES = Path(__file__).resolve().parent.parent
FONT = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"
WIDTH, GAP, LINE = 960, 16, 44


def sheet(pictures):
    """The contact sheet of the pictures in a folder."""
    rows = (len(STANDPOINTS) + 1) // 2
    page = Image.new("RGB", (2 * WIDTH + 3 * GAP, rows * (WIDTH // 2 + LINE) + GAP), (250, 250, 248))
    draw, font = ImageDraw.Draw(page), ImageFont.truetype(FONT, 24, index=2)
    for k, here in enumerate(STANDPOINTS):
        x, y = GAP + k % 2 * (WIDTH + GAP), GAP + k // 2 * (WIDTH // 2 + LINE)
        with Image.open(pictures / f"{here.stem}.jpg") as picture:
            page.paste(picture.convert("RGB").resize((WIDTH, WIDTH // 2), Image.LANCZOS), (x, y))
        draw.text((x, y + WIDTH // 2 + 2), f"{here.number}  {here.zh}  {here.en}", font=font, fill=(40, 40, 40))
    return page


if __name__ == "__main__":
    sheet(SAMPLES / "panoramas").save(SAMPLES / "contact-sheet.jpg", quality=85)
