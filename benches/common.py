"""What the benchmarks share: the machine, the programs, resources of children, a running server."""

import contextlib
import json
import os
import pathlib
import platform
import re
import resource
import shutil
import socket
import subprocess
import sys
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
RELEASE = pathlib.Path(os.environ["CARGO_TARGET_DIR"]) / "release"
KANFANG = RELEASE / "kanfang"
TOOLS = RELEASE / "examples" / "bench_tools"
TILER = RELEASE / "panorama-tiler"
RUNS = int(os.environ.get("BENCH_RUNS", "5"))


def machine():
    model = platform.machine()
    with contextlib.suppress(OSError, StopIteration), open("/proc/cpuinfo") as info:
        model = next(line.split(":")[1].strip() for line in info if line.startswith("model name"))
    return f"{model}, {os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f}, {platform.release()}"


def measured_once(command, fine=(0,)):
    """Wall and CPU seconds and peak memory (MiB) of one run with all its children; None if its exit code is not `fine`."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        start = time.monotonic()
        done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wall = time.monotonic() - start
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        os.write(write, json.dumps([done.returncode, wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024]).encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as pipe:
        code, *figures = json.loads(pipe.read())
    os.waitpid(child, 0)
    return figures if code in fine else None


def measured(commands, out, fine=(0,)):
    """Medians of some runs of each command, taken in turns so that a slow minute of the machine meets all alike."""
    runs = {name: [] for name in commands}
    for _ in range(RUNS):
        for name, command in commands.items():
            shutil.rmtree(out, ignore_errors=True)
            runs[name].append(measured_once(command, fine))
    return {
        name: None if None in found else [sorted(column)[len(column) // 2] for column in zip(*found)]
        for name, found in runs.items()
    }


def free_port():
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return bound.getsockname()[1]


@contextlib.contextmanager
def server(folder, **settings):
    """A running `kanfang serve` on a data folder: its address, and the set-up code if it has one."""
    url = f"http://127.0.0.1:{free_port()}"
    environment = {**os.environ, "KANFANG_DATA": str(folder), "KANFANG_SERVER__BIND": url[7:], **settings}
    log = open(os.path.join(folder, "server.log"), "w+")
    process = subprocess.Popen([KANFANG, "serve"], env=environment, stdout=log, stderr=log)
    try:
        for _ in range(600):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"{url}/healthz", timeout=1)
                break
            time.sleep(0.05)
        else:
            sys.exit(pathlib.Path(log.name).read_text())
        code = re.search(r"set-up code ([0-9a-z]+)", pathlib.Path(log.name).read_text())
        yield url, code and code[1]
    finally:
        process.terminate()
        process.wait()
        log.close()
