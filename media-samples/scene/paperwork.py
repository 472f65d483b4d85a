"""Invented printed matter: calendar, award, clock face, labels, pictures, book spines.

Drawn with Pillow in an open CJK font; every name and number is made up.
"""

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from textures import noise

SANS = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"
SERIF = "/usr/share/fonts/opentype/noto/NotoSerifCJK-Bold.ttc"


def _font(size, serif=False):
    return ImageFont.truetype(SERIF if serif else SANS, size, index=2)


def _middle(draw, y, text, font, fill, width):
    span = draw.textlength(text, font=font)
    draw.text(((width - span) / 2, y), text, font=font, fill=fill)


def award():
    """A school award in red and gold, as children get them."""
    w, h = 1040, 740
    page = Image.new("RGB", (w, h), (246, 222, 150))
    draw = ImageDraw.Draw(page)
    for k, tint in enumerate(((190, 30, 30), (226, 170, 60), (190, 30, 30))):
        draw.rectangle((14 + 14 * k, 14 + 14 * k, w - 15 - 14 * k, h - 15 - 14 * k), outline=tint, width=7)
    _middle(draw, 70, "奖  状", _font(110, True), (196, 24, 24), w)
    draw.text((110, 240), "林小满 同学：", font=_font(46, True), fill=(40, 30, 20))
    draw.text((110, 325), "    在 2016—2017 学年度第二学期被评为", font=_font(40), fill=(40, 30, 20))
    _middle(draw, 400, "“三好学生”", _font(76, True), (196, 24, 24), w)
    draw.text((110, 525), "    特发此状，以资鼓励。", font=_font(40), fill=(40, 30, 20))
    draw.text((560, 600), "槐荫巷小学", font=_font(40, True), fill=(40, 30, 20))
    draw.text((560, 655), "二〇一七年七月", font=_font(34), fill=(40, 30, 20))
    draw.ellipse((690, 540, 850, 700), outline=(205, 40, 40), width=6)
    return page


def calendar():
    """Wall calendar of an invented shop."""
    w, h = 700, 1000
    page = Image.new("RGB", (w, h), (250, 248, 240))
    draw = ImageDraw.Draw(page)
    draw.rectangle((0, 0, w, 300), fill=(178, 28, 32))
    _middle(draw, 60, "福", _font(170, True), (250, 214, 110), w)
    _middle(draw, 330, "2026 年 9 月", _font(64, True), (40, 40, 40), w)
    for k, day in enumerate("一二三四五六日"):
        draw.text((45 + k * 92, 450), day, font=_font(40), fill=(178, 28, 32) if k > 4 else (60, 60, 60))
    for day in range(1, 31):
        place = day  # 1 September 2026 is a Tuesday
        draw.text((45 + place % 7 * 92, 520 + place // 7 * 78), str(day), font=_font(40), fill=(178, 28, 32) if place % 7 > 4 else (50, 50, 50))
    draw.rectangle((0, 920, w, h), fill=(240, 226, 190))
    _middle(draw, 938, "槐荫巷便民粮油 送货上门", _font(38), (120, 40, 30), w)
    return page


def clock():
    """Dial at ten past three."""
    n = 512
    page = Image.new("RGB", (n, n), (247, 246, 240))
    draw = ImageDraw.Draw(page)
    for k in range(60):
        a = np.radians(6 * k)
        r = 206 if k % 5 else 196
        draw.line([(256 + r * np.sin(a), 256 - r * np.cos(a)), (256 + 220 * np.sin(a), 256 - 220 * np.cos(a))], fill=(30, 30, 30), width=3 if k % 5 else 7)
    for k in range(1, 13):
        a = np.radians(30 * k)
        text = str(k)
        font = _font(44)
        span = draw.textlength(text, font=font)
        draw.text((256 + 165 * np.sin(a) - span / 2, 256 - 165 * np.cos(a) - 32), text, font=font, fill=(30, 30, 30))
    for angle, length, width in ((30 * 3 + 5, 110, 12), (60, 165, 8)):
        a = np.radians(angle)
        draw.line([(256, 256), (256 + length * np.sin(a), 256 - length * np.cos(a))], fill=(20, 20, 20), width=width)
    return page


def _ridge(width, seed, rough=1.0):
    """A mountain's outline from noise: mean 0, about -1..1, never the same twice."""
    x = np.arange(width)
    rng = np.random.default_rng(seed)
    line = sum(np.sin(x / width * 2 * np.pi * f + rng.uniform(0, 6.3)) / f ** 1.1 for f in (0.7, 1.3, 2.1, 3.7, 5.3)) * 0.6
    fine = noise((4, width), 1.15, seed + 1)[1]
    return line + 0.16 * rough * fine


def landscape(seed):
    """An ink landscape: washes of ridges in mist, dry strokes down the slopes, on mottled paper."""
    w, h = 900, 600
    y, x = np.mgrid[0:h, 0:w]
    grain, wash = noise((h, w), 0.6, seed + 5), noise((h, w), 1.3, seed + 6)
    page = 0.90 - 0.05 * y / h + 0.008 * grain + 0.012 * wash
    for layer in range(4):
        ridge = h * (0.36 + 0.13 * layer) - 75 * (0.8 + 0.15 * layer) * _ridge(w, seed * 10 + layer)
        depth = y - ridge[None, :]
        bleed = np.clip(depth / (2.5 + 2.0 * np.clip(wash, 0, 2)) + 0.5, 0, 1)
        strokes = np.clip(noise((h, w), 0.75, seed * 7 + layer, (1.0, 3.5)) * 0.5 + noise((h, w), 0.95, seed * 7 + 20 + layer), -0.5, 2)
        mist = np.exp(-np.clip(depth, 0, None) / (70 + 22 * layer))
        page = page * (1 - bleed * np.clip((0.16 + 0.11 * layer) * mist * (0.75 + 0.38 * strokes), 0, 0.9))
    tint = np.stack([page * 0.98, page * 0.97, page * 0.91], axis=2)
    return Image.fromarray((np.clip(tint, 0, 1) * 255).astype(np.uint8))


def portrait(seed):
    """A family print that shows nobody: three figures out of focus before trees, turned from the camera."""
    w, h = 600, 460
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:h, 0:w].astype(float)
    leaves = noise((h, w), 1.0, seed)
    page = np.array([0.36, 0.43, 0.30]) * np.clip(1 + 0.35 * leaves, 0.3, 2)[..., None]
    page = page * (0.75 + 0.5 * (1 - y / h))[..., None]

    def shade(cover, tint, left):
        """Paint `tint` where `cover` is 1, lit from the left."""
        nonlocal page
        light = np.clip(1.12 - (x - left) / 150, 0.55, 1.2)[..., None]
        page = page * (1 - cover[..., None]) + np.asarray(tint) * light * (1 + 0.05 * leaves[..., None]) * cover[..., None]

    def soft(distance):
        return np.clip(0.5 - distance * 6, 0, 1)

    for k, cx in enumerate((178, 302, 425)):
        cloth = ((0.34, 0.38, 0.46), (0.62, 0.56, 0.48), (0.44, 0.30, 0.28))[(k + seed) % 3]
        top = 150 + 62 * (k == 1) + int(rng.integers(-8, 9))
        size = 0.80 if k == 1 else 1.0
        shade(soft(np.hypot((x - cx) / (92 * size), (y - top - 300 * size) / (190 * size)) - 1), cloth, cx - 60)
        shade(soft(np.hypot((x - cx) / (20 * size), (y - top - 112 * size) / (30 * size)) - 1), (0.62, 0.48, 0.40), cx - 20)
        shade(soft(np.hypot((x - cx) / (40 * size), (y - top - 56 * size) / (52 * size)) - 1), (0.66, 0.52, 0.44), cx - 40)
        shade(soft(np.hypot((x - cx - 4) / (44 * size), (y - top - 38 * size) / (45 * size)) - 1), (0.10, 0.085, 0.075), cx - 40)
    # The colours of an old print.
    print_light = np.asarray(Image.fromarray((np.clip(page, 0, 1) * 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(6)), float) / 255
    faded = print_light * 0.80 + np.array([0.11, 0.095, 0.07])
    return Image.fromarray((np.clip(faded, 0, 1) * 255).astype(np.uint8))


def spines(seed, count=26):
    """A shelf's worth of book backs."""
    rng = np.random.default_rng(seed)
    titles = "京城旧事 中学物理 家常菜谱 围棋入门 唐诗三百首 机械制图 英汉词典 世界地图 花木养护 代数习题 民间故事 无线电 历史读本 水彩画法".split()
    page = Image.new("RGB", (1560, 420), (40, 30, 22))
    draw = ImageDraw.Draw(page)
    x = 0
    for _ in range(count):
        width, top = int(rng.integers(38, 84)), int(rng.integers(0, 80))
        tint = tuple(int(c) for c in (np.array([[150, 40, 40], [40, 70, 110], [205, 190, 150], [60, 95, 70], [225, 222, 212], [90, 70, 60], [190, 140, 60]])[rng.integers(7)] + rng.integers(-18, 18, 3)).clip(0, 255))
        draw.rectangle((x, top, x + width - 2, 420), fill=tint)
        ink = (240, 232, 210) if sum(tint) < 380 else (50, 40, 35)
        for k, letter in enumerate(titles[rng.integers(len(titles))]):
            draw.text((x + width / 2 - 15, top + 40 + 36 * k), letter, font=_font(30), fill=ink)
        x += width
        if x > 1540:
            break
    return page


def notice():
    """Gas safety notice of an invented company."""
    page = Image.new("RGB", (480, 640), (252, 250, 244))
    draw = ImageDraw.Draw(page)
    draw.rectangle((0, 0, 480, 96), fill=(20, 96, 150))
    _middle(draw, 20, "用气安全须知", _font(46, True), (255, 255, 255), 480)
    for k, text in enumerate(("一、用后关闭灶前阀门", "二、保持厨房通风良好", "三、发现漏气不动电器", "四、定期用肥皂水检查", "用户号 0000 3821 04")):
        draw.text((36, 140 + 82 * k), text, font=_font(32), fill=(40, 40, 40))
    return page


def meter():
    """Dial plate of an electricity meter."""
    page = Image.new("RGB", (300, 220), (232, 232, 226))
    draw = ImageDraw.Draw(page)
    draw.rectangle((40, 40, 260, 110), fill=(150, 165, 140), outline=(60, 60, 60), width=3)
    draw.text((62, 46), "08413.7", font=_font(48), fill=(20, 30, 20))
    draw.text((50, 130), "单相电能表  kWh", font=_font(26), fill=(40, 40, 40))
    draw.text((50, 168), "No. 000471-26", font=_font(24), fill=(40, 40, 40))
    return page


def packet(text, tint):
    """Front of a kitchen packet."""
    page = Image.new("RGB", (256, 360), tint)
    draw = ImageDraw.Draw(page)
    draw.rectangle((24, 90, 232, 250), fill=(245, 240, 225))
    _middle(draw, 130, text, _font(64, True), (150, 30, 30), 256)
    return page


def good_fortune():
    """The red square that hangs on a corner on doors."""
    page = Image.new("RGB", (512, 512), (186, 24, 26))
    draw = ImageDraw.Draw(page)
    draw.rectangle((22, 22, 489, 489), outline=(226, 176, 70), width=9)
    turned = Image.new("RGB", (512, 512), (186, 24, 26))
    ink = ImageDraw.Draw(turned)
    _middle(ink, 70, "福", _font(260, True), (236, 190, 84), 512)
    page.paste(turned.rotate(-45, fillcolor=(186, 24, 26), resample=Image.BICUBIC).crop((60, 60, 452, 452)), (60, 60))
    return page


def calligraphy():
    """Four large characters on a horizontal scroll."""
    w, h = 1400, 460
    page = Image.new("RGB", (w, h), (206, 190, 158))
    draw = ImageDraw.Draw(page)
    draw.rectangle((90, 50, w - 91, h - 51), fill=(240, 234, 219))
    for k, letter in enumerate("宁静致远"):
        draw.text((150 + 250 * k, 75), letter, font=_font(220, True), fill=(28, 26, 25))
    draw.text((1180, 120), "丙申", font=_font(40, True), fill=(40, 36, 34))
    draw.text((1180, 170), "秋月", font=_font(40, True), fill=(40, 36, 34))
    draw.rectangle((1184, 240, 1254, 310), fill=(178, 36, 30))
    return page


def newspaper():
    """A folded page: a heading and columns of grey lines."""
    w, h = 680, 520
    page = Image.new("RGB", (w, h), (226, 222, 210))
    draw = ImageDraw.Draw(page)
    draw.text((30, 20), "槐荫晚报", font=_font(78, True), fill=(150, 26, 26))
    draw.text((400, 48), "邻里运动会周六开幕", font=_font(28, True), fill=(30, 30, 30))
    draw.line((24, 130, w - 24, 130), fill=(60, 60, 60), width=3)
    draw.rectangle((250, 150, 470, 300), fill=(128, 132, 130))
    draw.polygon(((250, 300), (320, 210), (370, 260), (410, 225), (470, 300)), fill=(84, 92, 86))
    for column in range(3):
        for line in range(22):
            y, x = 150 + 16 * line, 30 + 220 * column
            if not (column == 1 and y < 310):
                draw.line((x, y, x + 190 - (37 * line * (column + 2)) % 40 * (line % 5 == 4), y), fill=(92, 92, 90), width=5)
    return page


def photograph(seed):
    """A lake before wooded hills, as people bring it home from a journey."""
    w, h = 900, 630
    y, x = np.mgrid[0:h, 0:w].astype(float)
    shore = h * 0.62
    height = np.clip(1 - y / shore, 0, 1)[..., None]
    clouds = np.clip(noise((h, w), 1.25, seed, (2.2, 1.0)) * 0.5 + 0.25, 0, 1)[..., None] * np.clip(height * 1.6, 0, 1)
    page = np.array([0.86, 0.87, 0.86]) * (1 - height) + np.array([0.40, 0.56, 0.76]) * height
    page = page * (1 - 0.75 * clouds) + np.array([0.93, 0.93, 0.92]) * 0.75 * clouds
    for layer in range(4):
        ridge = h * (0.36 + 0.075 * layer) - 44 * (1 - 0.12 * layer) * _ridge(w, seed * 10 + layer, 0.5 + 0.5 * layer)
        near = layer / 3
        trees = noise((h, w), 0.35 + 0.25 * (1 - near), seed * 3 + layer, (1.0, 1.6))
        crowns = ridge - np.clip(noise((4, w), 0.5, seed * 5 + layer)[2], 0, 3) * 3.0 * near
        sun = noise((h, w), 1.05, seed * 3 + 9 + layer)
        wood = np.array([0.16, 0.22, 0.11]) * np.clip(1 + 0.30 * trees + 0.28 * sun, 0.25, 2.2)[..., None] + np.array([0.05, 0.04, 0.0]) * np.clip(sun, 0, 2)[..., None]
        haze = np.array([0.64, 0.71, 0.77])
        air = np.clip((1 - near) * 0.82 + 0.10 * np.clip((y - ridge) / 60, 0, 1), 0, 0.9)[..., None]
        cover = np.clip(y - crowns[None, :] + 0.5, 0, 1)[..., None]
        page = page * (1 - cover) + (wood * (1 - air) + haze * air) * cover
    # The water shows the hills upside down, drawn out by ripples that grow towards the viewer.
    below = np.clip((y - shore) / (h - shore), 0, 1)
    ripple = noise((h, w), 0.8, seed + 40, (3.0, 0.35))
    source = np.clip(2 * shore - y + ripple * (3 + 16 * below), 0, shore - 1).astype(int)
    aside = np.clip(x + ripple * 4 * below, 0, w - 1).astype(int)
    water = page[source, aside] * (0.80 - 0.22 * below)[..., None] + np.array([0.02, 0.05, 0.07]) + 0.035 * (ripple * below)[..., None]
    page = np.where((y > shore)[..., None], water, page)
    page = page * 1.06 - 0.02 + 0.012 * noise((h, w), 0.0, seed + 50)[..., None]
    picture = Image.fromarray((np.clip(page, 0, 1) * 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(0.8))
    return picture


def parcel():
    """Shipping label on a carton."""
    page = Image.new("RGB", (420, 300), (244, 243, 238))
    draw = ImageDraw.Draw(page)
    draw.rectangle((8, 8, 411, 291), outline=(30, 30, 30), width=3)
    draw.text((24, 20), "易碎物品 轻拿轻放", font=_font(38, True), fill=(180, 30, 30))
    draw.line((8, 84, 411, 84), fill=(30, 30, 30), width=3)
    rng, x = np.random.default_rng(8), 30
    while x < 380:
        bar = int(rng.integers(2, 9))
        draw.rectangle((x, 104, x + bar, 200), fill=(20, 20, 20))
        x += bar + int(rng.integers(2, 9))
    draw.text((90, 216), "0000 2614 7703 58", font=_font(26), fill=(30, 30, 30))
    draw.text((90, 250), "槐荫巷 3 号楼 2 单元", font=_font(24), fill=(60, 60, 60))
    return page


def homework():
    """A lined sheet with a few sums in pencil."""
    page = Image.new("RGB", (630, 870), (240, 238, 230))
    draw = ImageDraw.Draw(page)
    for y in range(110, 850, 48):
        draw.line((30, y, 600, y), fill=(150, 176, 196), width=2)
    draw.line((84, 20, 84, 850), fill=(206, 120, 120), width=2)
    rng = np.random.default_rng(4)
    for row in range(11):
        a, b = (int(v) for v in rng.integers(12, 99, 2))
        draw.text((110, 66 + 48 * row), f"{row + 1}.  {a} × {b} = {a * b}", font=_font(32), fill=(70, 70, 78))
    return page
