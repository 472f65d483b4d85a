"""The tour viewer beside Pannellum, Marzipano and Photo Sphere Viewer: one panorama, one browser, one run.

    script/bench viewer [SOURCE.jpg]

Without a source a synthetic room of 8192x4096 with fine text is drawn. Kanfang serves it as it serves any tour: the panorama is
uploaded, tiled, published, and its public page opened at yaw 0, pitch 0, 90 degrees across. The peers come from npm into a scratch
folder and get tiles of the same source, JPEG 85 of 512 px. Pictures are judged against the view rendered from the source.
BENCH_RUNS sets the number of runs a line (5); BENCH_KANFANG names another program.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import urllib.request

import common
import room
import view
from PIL import Image

VIEWS = [(0, 0), (45, -30)]
PACKAGES = ["pannellum@2.5.7", "marzipano@0.10.2", "@photo-sphere-viewer/core@5.15.1", "@photo-sphere-viewer/cubemap-tiles-adapter@5.15.1"]
PROGRAM = pathlib.Path(os.environ.get("BENCH_KANFANG", common.KANFANG))
VIEWER = common.ROOT / "viewer"
LISTING = """
[[standpoints]]
file = "{file}"
zh = "客厅"
initial_view = {{ yaw = 0.0, pitch = 0.0, hfov = 90.0 }}
"""


def sample_with(source, folder):
    """The sample listing with the source as its only standpoint."""
    text = (common.ROOT / "media-samples" / "listing.toml").read_text()
    head = text[: text.index("\n[[standpoints]]")]
    path = pathlib.Path(folder, "listing.toml")
    path.write_text(head + LISTING.format(file=source))
    return path


def published(url, code, listing):
    """Brings a listing in; answers its id."""
    command = [sys.executable, common.ROOT / "script" / "import_sample.py", url, code, listing]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return said.split("listing ")[-1].strip()


def peers(folder, source):
    """Packages and tiles of the others."""
    pathlib.Path(folder, "package.json").write_text('{"private": true}')
    quiet = ["--no-audit", "--no-fund", "--loglevel=error", "--ignore-scripts"]
    subprocess.run(["npm", "install", *quiet, *PACKAGES], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    tile = [PROGRAM, "tile", source, "--layout", "files", "--out"]
    subprocess.run([*tile, os.path.join(folder, "tiles")], check=True, stdout=subprocess.DEVNULL)
    subprocess.run([*tile, os.path.join(folder, "cube"), "--face", "2048"], check=True, stdout=subprocess.DEVNULL)


def code_size():
    """Brotli bytes of what the tour page loads at once, and of everything."""
    small = {file.name: file.stat().st_size for file in (VIEWER / "dist" / "tour").glob("*.br")}
    return small["tour.js.br"] + small["tour.css.br"], sum(small.values()) - small.get("embed.js.br", 0)


def measured(plan, folder):
    path, results = pathlib.Path(folder, "plan.json"), pathlib.Path(folder, "results.json")
    path.write_text(json.dumps({**plan, "results": str(results)}))
    subprocess.run(["node", VIEWER / "tour" / "bench" / "measure.mjs", path], cwd=VIEWER, check=True)
    return json.loads(results.read_text())


def print_views(results, truths):
    print(f"\n{'to a sharp view':12} {'view':>10} {'kB':>7} {'requests':>8} {'sharpness':>9} {'PSNR dB':>8} {'textures MB':>11} {'heap MB':>8}")
    for name, result in results.items():
        for (yaw, pitch), truth, one in zip(VIEWS, truths, result["views"]):
            picture = view.read(one["picture"])
            print(
                f"{name:15} {yaw:>4},{pitch:>4} {one['bytes'] / 1000:7.0f} {one['requests']:8} {view.sharpness(picture, truth):9.2f} "
                f"{view.psnr(picture, truth):8.1f} {one['peakTextureBytes'] / 1e6:11.1f} {one['heap'] / 1e6:8.1f}"
            )


def print_lines(results):
    print(f"\n{'first, sharp in s':15} " + " ".join(f"{line:>20}" for line in next(iter(results.values()))["lines"]))
    for name, result in results.items():
        print(f"{name:17} " + " ".join(f"{one['first']:13.2f}, {one['sharp']:.2f}" for one in result["lines"].values()))
    print(f"\n{'warm pan':15} {'script ms':>10} {'main thread ms':>15} {'frames/s':>9}   a frame")
    for name, result in results.items():
        print(f"{name:15} {result['pan']['script']:10.2f} {result['pan']['task']:15.2f} {result['pan']['rate']:9.0f}")


def print_walk(walk):
    changes = walk["changes"]
    at = lambda key, part: sorted(change[key] for change in changes)[int(part * (len(changes) - 1))]
    print(f"\nwalk of {len(changes) // 2} scenes, twice, as a phone: peak textures {walk['textures'][0] / 1e6:.1f} and {walk['textures'][1] / 1e6:.1f} MB, "
          f"heap {walk['heaps'][0] / 1e6:.1f} and {walk['heaps'][1] / 1e6:.1f} MB, {walk['lost']} lost contexts")
    for key, text in (("moved", "first frame"), ("shown", "next scene on the screen"), ("sharp", "sharp")):
        print(f"  {text:26} p50 {at(key, 0.5):5.0f} ms   p95 {at(key, 0.95):5.0f} ms")


def main():
    with tempfile.TemporaryDirectory() as work, tempfile.TemporaryDirectory() as site, tempfile.TemporaryDirectory() as flat:
        source = os.path.join(work, "source.jpg")
        if len(sys.argv) > 1:
            shutil.copy(sys.argv[1], source)
        else:
            room.write(source)
        Image.MAX_IMAGE_PIXELS = None
        panorama = Image.open(source).convert("RGB")
        truths = [view.rendered(panorama, yaw, pitch, 90, 1280, 720) for yaw, pitch in VIEWS]
        peers(work, source)
        common.KANFANG = PROGRAM
        with common.server(site) as (url, code), common.server(flat) as (flat_url, flat_code):
            listing = published(url, code, sample_with(source, work))
            home = published(flat_url, flat_code, common.ROOT / "media-samples" / "listing.toml")
            urllib.request.urlopen(f"{url}/tour/{listing}").read()
            plan = {
                "viewers": {"kanfang": f"{url}/tour/{listing}#yaw={{yaw}}&pitch={{pitch}}&hfov=90"},
                "views": VIEWS,
                "runs": common.RUNS,
                "pictures": work,
                "peers": work,
                "walk": f"{flat_url}/tour/{home}",
            }
            results = measured(plan, work)
        walk = results.pop("walk")
        core, all_code = code_size()
        print(f"machine: {common.machine()}; {panorama.width}x{panorama.height}; medians of {common.RUNS}")
        codes = ", ".join(f"{name} {result['code'] / 1000:.1f}" for name, result in results.items() if result.get("code"))
        print(f"code of the page, brotli kB: kanfang {core / 1000:.1f} at once, {all_code / 1000:.1f} with all that is loaded on use; {codes}")
        print_views(results, truths)
        print_lines(results)
        print_walk(walk)


main()
