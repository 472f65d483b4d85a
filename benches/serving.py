"""Tiles over HTTP beside nginx serving the same bytes as files, both warm, under wrk, in turns.

    script/bench serving

Brings the sample listing in, reads all tiles of its tour once, then asks for them in a random order.
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request

import common

SECONDS = int(os.environ.get("BENCH_SECONDS", "8"))
CONNECTIONS = 64
UNITS = {"us": 1e-3, "ms": 1.0, "s": 1e3}

ORDER = """
local paths = {}
for line in io.lines("%s") do paths[#paths + 1] = line end
local at = 0
function setup(thread) thread:set("first", math.random(#paths)) end
function init() at = first end
function request()
  at = (at * 7919 + 104729) %% #paths
  return wrk.format("GET", paths[at + 1])
end
"""

NGINX = """
worker_processes auto; daemon off; pid %(work)s/nginx.pid; error_log stderr crit;
events { worker_connections 1024; }
http {
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000; default_type image/jpeg;
  open_file_cache max=20000 inactive=10m; open_file_cache_valid 10m;
  client_body_temp_path %(work)s; proxy_temp_path %(work)s; fastcgi_temp_path %(work)s; uwsgi_temp_path %(work)s; scgi_temp_path %(work)s;
  server { listen 127.0.0.1:%(port)d; root %(work)s/files;
    location / { add_header Cache-Control "public, max-age=31536000, immutable"; add_header X-Content-Type-Options nosniff; } }
}
"""


def tile_paths(url):
    """Paths of all tiles of the tour that is on the public page."""
    listing = json.load(urllib.request.urlopen(f"{url}/api/v1/public/listings"))["items"][0]["id"]
    page = urllib.request.urlopen(f"{url}/tour/{listing}").read().decode()
    manifest = json.load(urllib.request.urlopen(url + re.search(r"/t/[0-9a-z]+/tour\.json", page)[0]))
    for scene in manifest["scenes"]:
        panorama = scene["panorama"]
        for level, edge in enumerate(panorama["levels"], 1):
            side = range(-(-edge // panorama["tile"]))
            for face in "frblud":
                for row in side:
                    for column in side:
                        names = {"level": level, "face": face, "row": row, "column": column}
                        yield re.sub(r"\{(\w+)\}", lambda match: str(names[match[1]]), panorama["tiles"])


def at_rest(url):
    """Waits until the worker has nothing to do: the smaller pictures are made after the tour is there."""
    for _ in range(600):
        jobs = re.findall(r'kanfang_jobs\{state="(?:queued|running|waiting)"\} (\d+)', urllib.request.urlopen(f"{url}/metrics").read().decode())
        if not any(map(int, jobs)):
            return
        time.sleep(1)
    sys.exit("the worker does not come to rest")


def under_load(url, script):
    """Requests a second and the 99th percentile in ms."""
    command = ["wrk", "-t2", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "--latency", "-s", script, url]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in said:
        sys.exit(said)
    number, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", said).groups()
    return float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1]), float(number) * UNITS[unit]


def main():
    for program in ("wrk", "nginx"):
        if not shutil.which(program, path=f"{os.environ['PATH']}:/usr/sbin"):
            sys.exit(f"not measured: {program} is missing")
    with tempfile.TemporaryDirectory() as work, common.server(work) as (url, code):
        # nginx, started by root, reads as another user.
        os.chmod(work, 0o755)
        sample = common.ROOT / "media-samples" / "listing.toml"
        importer = common.ROOT / "script" / "import_sample.py"
        subprocess.run([sys.executable, importer, url, code, sample], check=True, stdout=subprocess.DEVNULL)
        at_rest(url)
        paths, sizes = list(tile_paths(url)), []
        for path in paths:
            file = pathlib.Path(work, "files", path.lstrip("/"))
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(urllib.request.urlopen(url + path).read())
            sizes.append(file.stat().st_size)
        listed, script = os.path.join(work, "paths"), os.path.join(work, "order.lua")
        pathlib.Path(listed).write_text("\n".join(paths))
        pathlib.Path(script).write_text(ORDER % listed)
        port = common.free_port()
        pathlib.Path(work, "nginx.conf").write_text(NGINX % {"work": work, "port": port})
        nginx = subprocess.Popen(["/usr/sbin/nginx", "-c", os.path.join(work, "nginx.conf")])
        time.sleep(0.5)
        print(f"machine: {common.machine()}; {len(paths)} tiles of {sum(sizes) / len(sizes) / 1024:.0f} KiB; wrk -t2 -c{CONNECTIONS}")
        both = {"kanfang": url, "nginx": f"http://127.0.0.1:{port}"}
        runs = {name: [] for name in both}
        try:
            for turn in range(4):
                for name, address in both.items():
                    figures = under_load(address, script)
                    if turn > 0:  # the first warms caches
                        runs[name].append(figures)
        finally:
            nginx.terminate()
            nginx.wait()
        middle = {name: [sorted(column)[1] for column in zip(*found)] for name, found in runs.items()}
        for name, (rate, late) in middle.items():
            print(f"{name:10} {rate:9.0f} req/s   p99 {late:7.2f} ms")
        ratio = [ours / theirs for ours, theirs in zip(middle["kanfang"], middle["nginx"])]
        print(f"kanfang / nginx: {ratio[0]:.2f} of the rate, {ratio[1]:.2f} of the p99")


main()
