"""Films the flat: runs the caster over the poses of each film, lays clock and name over the phones' films, encodes, adds sound and metadata.

Frames are kept in pieces of two seconds without loss under .render/films; a run
that was broken off goes on with the pieces that are missing, and a film made
with the same recipe is left alone. The light must have been baked (`bake.py`).
"""

import argparse
import dataclasses
import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

import bake
import casting
import sound
import spherical_boxes
from denoise import package_folder
from recipes import digest
from walks import FILMS, RATE

HERE = Path(__file__).resolve().parent
SAMPLES = HERE.parent
RENDER = SAMPLES / ".render"
FONT = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"
PIECE = 2 * RATE  # frames
STARTED = 15 * 3600 + 10 * 60  # 15:10:00 on all clocks: the phones film at the same moment
# Constant rate factor of x264 by lens: the larger, the smaller the file.
QUALITY = {"rectilinear": 21, "equirectangular": 22, "stereo": 23}
# Frames are cast a little smaller and enlarged: two cores have an hour and a half for 4000 of them.
CAST = 0.8
QUICK = 8  # by how much smaller and shorter a quick run's films are
TO_709 = "scale={}:{}:flags=lanczos:out_color_matrix=bt709:out_range=tv,format=yuv420p"


def caster():
    """Compile the caster if its source has changed; returns the program."""
    sources = sorted((HERE / "caster").glob("*.rs"))
    libraries, folder = package_folder() / "lib", RENDER / "caster"
    program = folder / f"caster-{_hash_of(sources)}"
    if not program.exists():
        folder.mkdir(parents=True, exist_ok=True)
        link = folder / "libembree4.so"
        if not link.is_symlink():
            link.symlink_to(next(libraries.glob("libembree4.so.*")))
        draft = program.with_suffix(f".{os.getpid()}")
        subprocess.run(["rustc", "--edition", "2024", "-O", "-C", "target-cpu=native", "-C", "codegen-units=1", "-C", "panic=abort", "-L", folder, "-C", f"link-arg=-Wl,-rpath,{libraries}",
                        HERE / "caster" / "main.rs", "-o", draft], check=True)
        draft.replace(program)
    return program


def _hash_of(paths):
    out = hashlib.blake2b(digest_size=8)
    for path in paths:
        out.update(path.read_bytes())
    return out.hexdigest()


def frames_recipe(film):
    """Hash of everything that decides the frames."""
    return digest(("walks",), casting.recipe(), _hash_of(sorted((HERE / "caster").glob("*.rs"))), film, CAST)


def film_recipe(film):
    """Hash of everything that decides the file."""
    return digest(("walks", "sound", "spherical_boxes", "film"), frames_recipe(film))


def clock(film, number):
    """The strip that a phone writes into its picture, as RGBA: date and time with hundredths, and which camera it is."""
    size = film.height // 26 if film.width > film.height else film.width // 22
    font, label = ImageFont.truetype(FONT, size, index=2), f"{film.number}号机位  {film.zh}"
    page = Image.new("RGBA", (film.width, 2 * size), (0, 0, 0, 0))
    draw = ImageDraw.Draw(page)
    second, part = divmod(number, RATE)
    now = STARTED + second
    text = f"2026-09-18 {now // 3600:02d}:{now // 60 % 60:02d}:{now % 60:02d}.{part * 100 // RATE:02d}"
    # Every digit takes the same room, so that the clock does not tremble.
    wide = font.getlength("0")
    spans = [wide if letter.isdigit() else font.getlength(letter) for letter in text]
    margin = size // 2
    draw.rectangle((margin, 0, margin + sum(spans) + size, 1.55 * size), fill=(0, 0, 0, 110))
    x = margin + size / 2
    for letter, span in zip(text, spans):
        draw.text((x + (span - font.getlength(letter)) / 2, 0), letter, font=font, fill=(255, 255, 255, 255))
        x += span
    right = film.width - margin - font.getlength(label) - size
    draw.rectangle((right, 0, film.width - margin, 1.55 * size), fill=(0, 0, 0, 110))
    draw.text((right + size / 2, 0), label, font=font, fill=(255, 255, 255, 255))
    return page, margin


def overlaid(frame, film, number):
    """A frame with its clock."""
    strip, top = clock(film, number)
    shown = np.asarray(strip, np.float32)
    cover = shown[..., 3:] / 255
    part = frame[top:top + shown.shape[0]]
    part[:] = np.rint(part * (1 - cover) + shown[..., :3] * cover).astype(np.uint8)
    return frame


def smaller(film):
    """The film at the size in which it is cast."""
    even = lambda size: round(size * CAST / 4) * 4
    return dataclasses.replace(film, width=even(film.width), height=even(film.height), pixels=film.pixels * CAST)


def _job(film, poses):
    head = f"{film.lens} {film.width} {film.height}" + (f" {film.pixels:.4f}" if film.pixels else "")
    lines = [" ".join(f"{value:.6f}" for value in pose) + f" {film.exposure}" for pose in poses]
    return "\n".join([head, *lines]) + "\n"


def _encoder(path, film):
    return subprocess.Popen(["ffmpeg", "-nostdin", "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{film.width}x{film.height}", "-r", str(RATE), "-i", "pipe:",
                             "-c:v", "libx264rgb", "-qp", "0", "-preset", "ultrafast", "-f", "matroska", str(path)], stdin=subprocess.PIPE)


def film_pieces(film):
    """Film what is missing; returns the pieces in their order."""
    folder = RENDER / "films" / f"{film.stem}-{frames_recipe(film)}"
    folder.mkdir(parents=True, exist_ok=True)
    poses, cast = film.poses(), smaller(film)
    phone = film.lens == "rectilinear"
    starts = range(0, len(poses), PIECE)
    pieces = [folder / f"{start:04d}.mkv" for start in starts]
    missing = [(start, path) for start, path in zip(starts, pieces) if not path.exists()]
    if not missing:
        return pieces
    job = folder / "job"
    job.write_text(_job(cast, np.concatenate([poses[start:start + PIECE] for start, _ in missing])))
    with subprocess.Popen([caster(), casting.write(), job], stdout=subprocess.PIPE) as source:
        for start, path in missing:
            draft = path.with_suffix(".draft")
            encoder = _encoder(draft, film if phone else cast)
            for number in range(start, min(start + PIECE, len(poses))):
                data = source.stdout.read(cast.width * cast.height * 3)
                if len(data) < cast.width * cast.height * 3:
                    raise RuntimeError(f"{film.stem}: the caster stopped at frame {number}")
                if phone:
                    picture = Image.frombytes("RGB", (cast.width, cast.height), data).resize((film.width, film.height), Image.LANCZOS)
                    data = overlaid(np.array(picture), film, number).tobytes()
                encoder.stdin.write(data)
            encoder.stdin.close()
            if encoder.wait():
                raise RuntimeError(f"{film.stem}: ffmpeg failed at {path.name}")
            draft.replace(path)
            print(f"{film.stem}: {start // RATE} s", flush=True)
    return pieces


def encode(film, pieces, target):
    """H.264 High with sound, index first; every two seconds a picture that stands alone and none refers across it."""
    folder = pieces[0].parent
    track, listed = folder / "sound.wav", folder / "pieces.txt"
    sound.write(track, sound.venue(film) if film.lens == "rectilinear" else sound.ambience(film, film.poses()))
    listed.write_text("".join(f"file '{piece.name}'\n" for piece in pieces))
    draft = folder / "film.mp4"
    level = {"rectilinear": "3.1", "equirectangular": "5.1", "stereo": "5.2"}[film.lens]
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", "-f", "concat", "-i", listed, "-i", track, "-vf", TO_709.format(film.width, film.height), "-c:v", "libx264", "-profile:v", "high",
                    "-level", level, "-preset", "medium", "-threads", "2", "-crf", str(QUALITY[film.lens]), "-g", str(PIECE), "-keyint_min", str(PIECE), "-sc_threshold", "0",
                    "-x264-params", "open-gop=0", "-r", str(RATE), "-color_primaries", "bt709", "-color_trc", "bt709", "-colorspace", "bt709", "-color_range", "tv",
                    "-c:a", "aac", "-b:a", "96k" if film.lens == "rectilinear" else "160k", "-shortest", "-map_metadata", "-1", "-fflags", "+bitexact", "-flags:v", "+bitexact",
                    "-flags:a", "+bitexact", "-movflags", "+faststart", draft], check=True)
    data = draft.read_bytes()
    if film.lens != "rectilinear":
        data = spherical_boxes.injected(data, "top-bottom" if film.lens == "stereo" else "mono")
    target.write_bytes(data)


def record(film, name):
    """What lies beside the film: lens, recipe, the pose of each frame."""
    poses = film.poses()
    facts = {"recipe": film_recipe(film), "file": name, "zh": film.zh, "en": film.en, "width": film.width, "height": film.height, "lens": film.lens}
    if film.pixels:
        facts["focal"], facts["k1"] = film.pixels, 0.0
    if film.lens == "stereo":
        facts["eyes"] = {"layout": "top-bottom, left eye on top", "distance": 0.064, "kind": "omnidirectional stereo: both eyes circle round the position, side by side across each direction",
                         "full_below_pitch": 60.0, "merged_above_pitch": 75.0}
    if film.lens == "rectilinear":
        facts["clock"] = f"frame k shows 15:10:00 + k / {RATE} s; a tick sounds at each whole second"
    facts |= {"rate": RATE, "frames": len(poses), "seed": film.seed, "exposure": film.exposure, "samples": 4, "cast_at": [smaller(film).width, smaller(film).height], "light": casting.recipe(),
              "columns": ["x", "y", "z", "heading", "pitch", "roll"]}
    head = ",\n ".join(f"{json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}" for key, value in facts.items())
    rows = ",\n  ".join("[" + ", ".join(f"{value:.5f}" for value in pose) + "]" for pose in poses)
    return f'{{\n {head},\n "poses": [\n  {rows}\n ]\n}}\n'


def make(film, into):
    """One film and its record; returns whether anything had to be done."""
    target, beside = into / f"{film.stem}.mp4", into / f"{film.stem}.json"
    if target.exists() and beside.exists() and json.loads(beside.read_text())["recipe"] == film_recipe(film):
        return False
    into.mkdir(parents=True, exist_ok=True)
    encode(film, film_pieces(film), target)
    beside.write_text(record(film, target.name), encoding="utf-8")
    return True


def quick(film):
    """The same film, small and a second long."""
    knots = tuple((knot[0] / film.seconds, *knot[1:]) for knot in film.knots)
    even = lambda size: size // QUICK // 4 * 4
    return dataclasses.replace(film, width=even(film.width), height=even(film.height), seconds=1, pixels=film.pixels / QUICK, knots=knots)


def coarse_light():
    """Light for quick films where the true one has not been baked: one sample on texels of 40 cm."""
    bake.INSIDE, bake.SUNLIT, bake.PASS, bake.PASSES = 0.4, 0.4, 1, 1
    bake.bake(bake.PASSES)


def main():
    """Command line."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--only", help="keys of films, with commas between; phones means all that phones film")
    options.add_argument("--quick", action="store_true", help="one phone's film and the walk-through small and short, into .render/quick")
    chosen = options.parse_args()
    for tool in ("ffmpeg", "espeak-ng", "rustc"):
        if not shutil.which(tool):
            raise SystemExit(f"film.py: {tool} is needed")
    films = FILMS
    if chosen.only:
        films = [film for film in FILMS if film.key in chosen.only.split(",") or ("phones" in chosen.only.split(",") and film.lens == "rectilinear")]
    into = SAMPLES / "videos"
    if chosen.quick:
        films, into = [quick(film) for film in FILMS if film.key in ("kitchen", "walk")], RENDER / "quick" / "videos"
        if not casting.path().exists():
            coarse_light()
    for film in films:
        print(f"{film.stem}: {'written' if make(film, into) else 'left alone'}", flush=True)


if __name__ == "__main__":
    main()
