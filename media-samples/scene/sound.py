"""The films' sound, computed: a voice that names the venue, a tick each second, and what a flat sounds like.

The voice is Debian's espeak-ng; everything else is noise and waves from seeds.
Arrays are (samples, channels) at 48 kHz, 1.0 is full scale.
"""

import io
import subprocess
import wave

import numpy as np

from walks import RATE

HERTZ = 48000
NUMBERS = "零一二三四五六七八九"


def coloured(count, slope, dice):
    """Noise whose power falls with frequency to that power; standard deviation 1."""
    spectrum = np.fft.rfft(dice.normal(size=count))
    rates = np.fft.rfftfreq(count, 1 / HERTZ)
    spectrum *= np.where(rates > 20, (np.maximum(rates, 20) / 100) ** (-slope / 2), 0)
    out = np.fft.irfft(spectrum, count)
    return out / out.std()


def band(signal, low, high):
    """Keep frequencies from low to high, with soft borders of a quarter octave."""
    spectrum, rates = np.fft.rfft(signal), np.fft.rfftfreq(len(signal), 1 / HERTZ)
    octaves = np.log2(np.maximum(rates, 1))
    keep = np.clip((octaves - np.log2(low)) * 4 + 0.5, 0, 1) * np.clip((np.log2(high) - octaves) * 4 + 0.5, 0, 1)
    return np.fft.irfft(spectrum * keep, len(signal))


def spoken(text, voice, pitch):
    """Speech by espeak-ng as samples."""
    said = subprocess.run(["espeak-ng", "-v", voice, "-s", "150", "-p", str(pitch), "--stdout", text], check=True, capture_output=True).stdout
    with wave.open(io.BytesIO(said)) as file:
        rate, data = file.getframerate(), np.frombuffer(file.readframes(file.getnframes()), "<i2") / 32768
    count = int(len(data) * HERTZ / rate)
    return np.interp(np.arange(count) * rate / HERTZ, np.arange(len(data)), data)


def add(out, sound, second, level=1.0, side=0.0):
    """Mix a sound in at a time; `side` from -1 (left) to 1 where there are two channels."""
    start = int(round(second * HERTZ))
    sound = sound[:max(0, len(out) - start)]
    if out.shape[1] == 1:
        out[start:start + len(sound), 0] += level * sound
    else:
        angle = (side + 1) * np.pi / 4
        out[start:start + len(sound)] += level * sound[:, None] * [np.cos(angle), np.sin(angle)]


def tick(frequency=1000, length=0.03):
    """A short tone that starts at once, so that its place can be measured."""
    t = np.arange(int(length * HERTZ)) / HERTZ
    return np.sin(2 * np.pi * frequency * t) * np.minimum(1, (length - t) / (0.4 * length))


def venue(film):
    """One channel: room noise, the venue's number in Chinese and English every seven seconds, a tick when the clock's second changes."""
    dice = np.random.default_rng(film.seed)
    out = np.zeros((film.seconds * HERTZ, 1))
    add(out, coloured(len(out), 1.4, dice), 0, 0.0025)
    for second in range(film.seconds):
        add(out, tick(), second, 0.10)
    words = (spoken(f"{NUMBERS[film.number]}号机位", "cmn", 40 + 3 * film.number), spoken(f"camera {film.number}", "en", 40 + 3 * film.number))
    for start in (0.5, 7.5, 14.5):
        add(out, words[0], start, 0.55)
        add(out, words[1], start + len(words[0]) / HERTZ + 0.35, 0.55)
    return np.clip(out, -0.98, 0.98)


def _steps(out, poses, dice):
    """A soft thump each 62 cm of the way."""
    gone = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(poses[:, :2], axis=0).T))])
    for k, way in enumerate(np.arange(0.3, gone[-1], 0.62)):
        second = np.searchsorted(gone, way) / RATE
        t = np.arange(int(0.16 * HERTZ)) / HERTZ
        heel = np.sin(2 * np.pi * (95 - 120 * t) * t) * np.exp(-t * 38) + 0.30 * band(dice.normal(size=len(t)), 300, 2500) * np.exp(-t * 60)
        add(out, heel, second, 0.10, 0.15 if k % 2 else -0.15)


def _birds(out, outdoors, dice):
    """Sparrows in the trees: louder near the open window of the balcony."""
    second = 0.8
    while second < len(out) / HERTZ - 1:
        side = dice.uniform(-0.8, 0.8)
        for _ in range(int(dice.integers(2, 6))):
            length, base = dice.uniform(0.05, 0.11), dice.uniform(3200, 4600)
            t = np.arange(int(length * HERTZ)) / HERTZ
            sweep = base * t + dice.uniform(-9000, 6000) * t * t
            chirp = np.sin(2 * np.pi * sweep) * np.sin(np.pi * t / length) ** 2
            add(out, chirp, second, 0.05 * outdoors(second), side)
            second += length + dice.uniform(0.05, 0.16)
        second += dice.uniform(0.5, 2.2)


def ambience(film, poses):
    """Two channels: the room, the town outside, birds, the wall clock of the living room, steps."""
    dice = np.random.default_rng(film.seed)
    count = film.seconds * HERTZ
    out = np.zeros((count, 2))
    at = np.arange(len(poses)) / RATE
    # The balcony and its door let the outside in: from a murmur deep in the flat to full.
    open_air = np.clip(1 - (poses[:, 1] + 0.6) / 5.0, 0.08, 1) ** 2
    every = np.interp(np.arange(count) / HERTZ, at, open_air)
    for channel in (0, 1):
        out[:, channel] += 0.004 * coloured(count, 1.2, dice) + every * 0.035 * band(coloured(count, 1.6, dice), 40, 900)
    _birds(out, lambda second: float(np.interp(second, at, open_air)), dice)
    clock = np.array([6.12, 3.87])
    for half in range(film.seconds * 2):
        here = poses[min(len(poses) - 1, int(half * RATE / 2))]
        way = clock - here[:2]
        distance = float(np.hypot(*way))
        side = np.sin(np.arctan2(way[0], way[1]) - np.radians(here[3]))
        wall = 1.0 if here[1] < 3.9 else 0.35
        add(out, band(tick(2600 if half % 2 else 2300, 0.02), 800, 8000), half / 2, 0.05 * wall / max(1.0, distance), 0.8 * side)
    if film.key == "walk":
        _steps(out, poses, dice)
    return np.clip(out, -0.98, 0.98)


def write(path, sound):
    """As WAV, 16 bits."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(sound.shape[1])
        file.setsampwidth(2)
        file.setframerate(HERTZ)
        file.writeframes((sound * 32767).round().astype("<i2").tobytes())
