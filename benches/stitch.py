"""Stitching beside Hugin's pipeline and OpenCV's Stitcher in one run: rendered sets with known poses, time, memory, errors
against the truth.

    script/bench stitch

Hugin (Debian: hugin-tools, enblend): pto_gen, cpfind, cpclean, autooptimiser, pano_modify, nona, enblend, as its assistant does.
OpenCV (Debian: python3-opencv, or a Python that BENCH_OPENCV_PYTHON names): `cv2.Stitcher` as its documentation shows it.
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

import common

OPENCV = os.environ.get("BENCH_OPENCV_PYTHON", "/usr/bin/python3")
SAMPLES = common.ROOT / "media-samples" / "panoramas"
# Name, sphere, what the photos are like, columns of the panorama.
SETS = [
    ("living room, 12 at 90°", "02-living.jpg", ["layout=full12", "hfov=90"], 4096),
    ("second bedroom, 12 at 90°, white walls", "04-bedroom-second.jpg", ["layout=full12", "hfov=90", "ev=1", "vignette=0.3"], 4096),
    ("kitchen, 26 at 65°", "05-kitchen.jpg", ["layout=rings26", "hfov=65", "ev=0.5"], 4096),
]


def hugin(photos, out, width, work):
    """Hugin's steps as one command line; they all must succeed."""
    project = os.path.join(work, "project.pto")
    names = " ".join(f"'{photo}'" for photo in photos)
    return [
        "bash", "-ec",
        f"pto_gen -o {project} {names} && cpfind --multirow --celeste -o {project} {project} && cpclean -o {project} {project} && "
        f"autooptimiser -a -m -l -s -o {project} {project} && pano_modify --projection=2 --fov=360x180 --canvas={width}x{width // 2} -o {project} {project} && "
        f"nona -m TIFF_m -o {work}/layer {project} && enblend --wrap=horizontal -o {out} {work}/layer*.tif",
    ]


def hugin_poses(project, path):
    """Poses of a Hugin project in our form."""
    poses, hfov = {}, None
    for line in pathlib.Path(project).read_text().splitlines():
        if not line.startswith("i "):
            continue
        number = lambda name: float(re.search(rf" {name}([-\d.e]+)", line)[1])
        if re.search(r" v[\d.]", line):
            hfov = number("v")
        name = os.path.basename(re.search(r' n"([^"]+)"', line)[1])
        poses[name] = {"yaw": number("y"), "pitch": number("p"), "roll": number("r")}
    pathlib.Path(path).write_text(json.dumps({"hfov": hfov, "poses": poses}))


def opencv(photos, truth, work, ours):
    """OpenCV's Stitcher, once; its panorama is cropped to a map of its own, so that only its poses are judged."""
    poses = os.path.join(work, "opencv.json")
    script = str(common.ROOT / "benches" / "opencv_stitch.py")
    figures = common.measured_once([OPENCV, script, os.path.join(work, "opencv.png"), poses, *photos], (0, 3))
    found = json.loads(pathlib.Path(poses).read_text()) if os.path.exists(poses) else None
    if figures is None or found is None:
        print("  opencv   failed")
        return
    judgement = judged(truth, poses) if found["poses"] else None
    line("opencv", figures, judgement)
    if not judgement:
        print(f"           no panorama: {found['status']}")
    elif ours:
        print(f"  OpenCV takes {figures[0] / ours[0]:.1f} times the time and {figures[1] / ours[1]:.1f} times the CPU")


def judged(truth, poses, *pictures):
    done = subprocess.run([common.TOOLS, "judge", truth, poses, *pictures], capture_output=True, text=True)
    return json.loads(done.stdout) if done.returncode == 0 else None


def line(name, figures, judgement):
    wall, cpu, memory = figures
    text = f"  {name:8} {wall:7.2f} s {cpu:7.2f} CPU s {memory:6.0f} MiB"
    if judgement:
        text += (
            f"   {judgement['placed']}/{judgement['of']} placed, rotation {judgement['rotation_mean']:.4f}° / {judgement['rotation_max']:.4f}°, "
            f"focal {judgement['focal_percent']:+.3f} %, level {judgement['level']:.2f}°"
        )
        if "psnr" in judgement:
            text += f", {judgement['psnr']:.1f} dB, SSIM {judgement['ssim']:.4f}"
    print(text)


def main():
    has_hugin = all(shutil.which(tool) for tool in ("pto_gen", "cpfind", "autooptimiser", "nona", "enblend"))
    has_opencv = subprocess.run([OPENCV, "-c", "import cv2"], capture_output=True).returncode == 0
    chosen = SETS[: int(os.environ.get("BENCH_SETS", len(SETS)))]
    print(f"machine: {common.machine()}; medians of {common.RUNS}, Hugin and OpenCV once")
    for title, sphere, recipe, width in chosen:
        with tempfile.TemporaryDirectory() as work:
            sphere = str(SAMPLES / sphere)
            photos = os.path.join(work, "photos")
            subprocess.run([common.TOOLS, "photos", sphere, photos, *recipe], check=True)
            files = sorted(str(file) for file in pathlib.Path(photos).glob("*.jpg"))
            truth = os.path.join(photos, "truth.json")
            print(title)
            out, poses = os.path.join(work, "out"), os.path.join(work, "poses.json")
            panorama = os.path.join(work, "pano.png")
            command = [common.KANFANG, "stitch", *files, "--out", panorama, "--width", str(width), "--poses", poses]
            figures = common.measured({"kanfang": command}, out, fine=(0, 3))["kanfang"]
            if figures is None:
                print("  kanfang  failed")
            else:
                line("kanfang", figures, judged(truth, poses, sphere, panorama))
            if has_opencv:
                opencv(files, truth, work, figures)
            else:
                print("  not measured: OpenCV (python3-opencv)")
            if not has_hugin:
                print("  not measured: Hugin (hugin-tools, enblend)")
                continue
            theirs = os.path.join(work, "hugin.tif")
            figures_of_hugin = common.measured_once(hugin(files, theirs, width, work))
            project = os.path.join(work, "project.pto")
            if figures_of_hugin is None:
                print("  hugin    failed")
                continue
            hugin_poses(project, os.path.join(work, "hugin.json"))
            line("hugin", figures_of_hugin, judged(truth, os.path.join(work, "hugin.json"), sphere, theirs))
            if figures:
                print(f"  Hugin takes {figures_of_hugin[0] / figures[0]:.1f} times the time and {figures_of_hugin[1] / figures[1]:.1f} times the CPU")


main()
