"""Tiling beside its peers in one run, as ratios, and beside the limit: decoding plus encoding alone.

    script/bench tiling [SOURCE.jpg]

Without a source a synthetic 8192x4096 panorama is made, and one of 16384x8192 for the memory. Peers:
  generate.py     Pannellum's; set BENCH_PEER_GENERATE to its path; needs `nona` (Debian: hugin-tools), numpy, Pillow
  panorama-tiler  the crate, bicubic, behind a program of ours (benches/peers)
  vips            Debian: libvips-tools; cuts the flat picture only, a lower bound that makes no cube
BENCH_RUNS sets the number of runs (5); medians.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile

import common


def peers(source, out):
    """Commands of the peers that are here, and the names of those that are not."""
    rows, missing = {}, []
    generate = os.environ.get("BENCH_PEER_GENERATE")
    if generate and shutil.which("nona"):
        rows["pannellum generate.py"] = [sys.executable, generate, source, "-o", out, "-q", "85"]
    else:
        missing.append("pannellum generate.py (BENCH_PEER_GENERATE and nona)")
    if common.TILER.exists():
        rows["panorama-tiler"] = [common.TILER, source, out, "jpg", "0"]
    else:
        missing.append("panorama-tiler (script/bench without --no-install builds it)")
    if shutil.which("vips"):
        rows["vips dzsave, flat"] = ["vips", "dzsave", source, f"{out}-vips"]
    else:
        missing.append("vips (libvips-tools)")
    return rows, missing


def floor(source, pack):
    subprocess.run([common.KANFANG, "tile", source, "--out", pack, "--layout", "pack"], check=True, stdout=subprocess.DEVNULL)
    packed = os.path.join(pack, "panorama.kfpack")
    return json.loads(subprocess.run([common.TOOLS, "floor", source, packed], check=True, capture_output=True).stdout)


def main():
    with tempfile.TemporaryDirectory() as work:
        given = len(sys.argv) > 1
        source = os.path.abspath(sys.argv[1]) if given else os.path.join(work, "source.jpg")
        if not given:
            subprocess.run([common.TOOLS, "source", "8192", source], check=True)
        out = os.path.join(work, "out")
        others, missing = peers(source, out)
        tile = lambda picture: [common.KANFANG, "tile", picture, "--out", out, "--layout", "files"]
        print(f"machine: {common.machine()}; medians of {common.RUNS}")
        results = common.measured({"kanfang": tile(source), **others}, out)
        ours = results["kanfang"] or sys.exit("kanfang itself failed")
        print(f"{'':24} {'wall s':>8} {'CPU s':>8} {'MiB':>7}   times ours: wall, CPU")
        for name, result in results.items():
            if result is None:
                missing.append(f"{name} (it failed)")
                continue
            wall, cpu, memory = result
            print(f"{name:24} {wall:8.2f} {cpu:8.2f} {memory:7.0f}   {wall / ours[0]:6.1f} {cpu / ours[1]:6.1f}")
        least = floor(source, os.path.join(work, "pack"))
        total = least["decode"] + least["encode"]
        print(
            f"floor: decode {least['decode']:.3f} s + encode {least['encode']:.3f} s = {total:.3f} CPU s; "
            f"ours takes {ours[1] / total:.1f} times that"
        )
        if not given:
            great = os.path.join(work, "great.jpg")
            subprocess.run([common.TOOLS, "source", "16384", great], check=True)
            wall, cpu, memory = common.measured({"great": tile(great)}, out)["great"]
            print(f"{'kanfang, 16384x8192':24} {wall:8.2f} {cpu:8.2f} {memory:7.0f}")
        for name in missing:
            print(f"not measured: {name}")


main()
