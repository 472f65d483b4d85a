"""Invented printed matter: calendar, award, clock face, labels, pictures, book spines.

Drawn with Pillow in an open CJK font; every name and number is made up.
"""

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

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


def landscape(seed):
    """An ink landscape: ridges in mist."""
    w, h = 900, 600
    y, x = np.mgrid[0:h, 0:w]
    page = np.full((h, w), 0.9) - 0.06 * y / h
    rng = np.random.default_rng(seed)
    for layer in range(5):
        line = sum(np.sin(np.arange(w) / w * 2 * np.pi * f + rng.uniform(0, 6)) * 60 / f for f in (1, 2, 3, 5, 9, 17))
        ridge = h * (0.30 + 0.11 * layer) + line * (0.6 + 0.15 * layer)
        inside = y > ridge[None, :]
        fade = np.exp(-(y - ridge[None, :]) / 150)
        page = np.where(inside, page * (1 - (0.18 + 0.10 * layer) * fade), page)
    tint = np.stack([page * 0.98, page * 0.97, page * 0.90], axis=2)
    return Image.fromarray((np.clip(tint, 0, 1) * 255).astype(np.uint8))


def portrait(seed):
    """A family photograph that shows nobody: soft figures before a blue cloth."""
    w, h = 600, 460
    rng = np.random.default_rng(seed)
    page = Image.new("RGB", (w, h), (96, 124, 150))
    draw = ImageDraw.Draw(page)
    for k, x in enumerate((170, 300, 430)):
        cloth = tuple(int(c) for c in rng.integers(60, 190, 3))
        top = 150 + 40 * (k == 1)
        draw.ellipse((x - 85, top + 90, x + 85, top + 480), fill=cloth)
        draw.ellipse((x - 46, top, x + 46, top + 116), fill=(222, 184, 156))
        draw.pieslice((x - 50, top - 12, x + 50, top + 90), 180, 360, fill=(34, 28, 26))
    # Out of focus, lit from the left, in the colours of an old print.
    light = np.asarray(page.filter(ImageFilter.GaussianBlur(13)), float) / 255
    light = light * np.linspace(1.12, 0.72, w)[None, :, None] * 0.82 + np.array([0.10, 0.085, 0.06])
    return Image.fromarray((np.clip(light, 0, 1) * 255).astype(np.uint8))


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
    """A lake before hills at dusk, as people bring it home from a journey."""
    w, h = 600, 420
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:h, 0:w].astype(float)
    sky = np.stack([0.88 - 0.36 * (1 - y / h), 0.82 - 0.16 * (1 - y / h), 0.72 + 0.12 * (1 - y / h)], axis=2)
    page = sky.copy()
    for layer in range(4):
        line = sum(np.sin(np.arange(w) / w * 2 * np.pi * f + rng.uniform(0, 6)) * 34 / f for f in (1, 2, 4, 7, 13, 29))
        ridge = h * (0.34 + 0.07 * layer) + line * 0.55
        tint = np.array([0.50, 0.58, 0.60]) * (1 - 0.20 * layer) * (1, 1 + 0.03 * layer, 1 - 0.07 * layer)
        page = np.where((y > ridge[None, :])[..., None], tint, page)
    water = h * 0.66
    mirrored = page[np.clip(2 * water - y, 0, h - 1).astype(int), x.astype(int)]
    ripple = 0.03 * np.sin(y * 0.9 + 3 * np.sin(x * 0.02))[..., None]
    page = np.where((y > water)[..., None], mirrored * 0.82 + ripple, page)
    return Image.fromarray((np.clip(page, 0, 1) * 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(1.2))
