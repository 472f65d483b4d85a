"""Converting a phone's video: Kanfang beside the ffmpeg command with the same settings, both in one run, medians.

The film of the sample flat as a phone holds it, made larger and longer by ffmpeg (1920 x 1080, HEVC, 60 pictures a second, 20 s).
Further videos may be named: script/bench video FILE...
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

from common import ROOT, TOOLS, machine, measured

THREADS = str(os.cpu_count() or 1)


def phone(folder):
    path = folder / "phone.mp4"
    film = ROOT / "media-samples/videos/venue-1-living.mp4"
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", film, "-vf", "scale=1920:1080,fps=60", "-c:v", "libx265", "-preset", "ultrafast",
                    "-x265-params", "log-level=none", "-tag:v", "hvc1", "-c:a", "aac", path], check=True)
    return path


def ours(source, out):
    return [str(TOOLS), "transcode", str(source), str(out), THREADS]


def peer(source, out):
    fitted = "scale='if(gt(iw,ih),min(1280,iw),-2)':'if(gt(iw,ih),-2,min(1280,ih))':flags=bicubic,fps=30,format=yuv420p"
    return ["ffmpeg", "-v", "error", "-y", "-i", str(source), "-vf", fitted, "-c:v", "libx264", "-preset", "fast", "-profile:v", "high",
            "-crf", "24", "-maxrate", "1400k", "-bufsize", "2800k", "-g", "60", "-threads", THREADS, "-c:a", "aac", "-b:a", "64k", "-ac", "1",
            "-ar", "48000", "-movflags", "+faststart", "-map_metadata", "-1", str(out)]


def psnr(made, source):
    """Of the made film against the source at the film's size and rate."""
    size = subprocess.run(["ffprobe", "-v", "error", "-select_streams", "v", "-show_entries", "stream=width,height,r_frame_rate", "-of", "json", made],
                          check=True, capture_output=True)
    stream = json.loads(size.stdout)["streams"][0]
    same = f"scale={stream['width']}:{stream['height']}:flags=bicubic,fps={stream['r_frame_rate']},format=yuv420p"
    said = subprocess.run(["ffmpeg", "-i", made, "-i", source, "-lavfi", f"[1:v]{same}[s];[0:v][s]psnr", "-f", "null", "-"],
                          check=True, capture_output=True, text=True).stderr
    return float(said.rsplit("average:", 1)[1].split()[0])


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for source in [pathlib.Path(one) for one in sys.argv[1:]] or [phone(folder)]:
            made = {"Kanfang": folder / "ours.mp4", "ffmpeg, same settings": folder / "peer.mp4"}
            ways = dict(zip(made, (ours, peer)))
            found = measured({who: ways[who](source, made[who]) for who in made}, folder / "none")
            print(f"{source.name}, {THREADS} threads; {machine()}")
            print("| | seconds | CPU seconds | memory, MiB | bytes | PSNR of the picture, dB |\n|---|---|---|---|---|---|")
            for who, (wall, cpu, memory) in found.items():
                print(f"| {who} | {wall:.2f} | {cpu:.2f} | {memory:.0f} | {made[who].stat().st_size:,} | {psnr(made[who], source):.2f} |")


if __name__ == "__main__":
    main()
