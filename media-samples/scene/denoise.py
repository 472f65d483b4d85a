"""Open Image Denoise, taken from Blender's own package and called directly on arrays.

Lets a picture be gathered in several runs and denoised once at the end. The
left and the right edge of a panorama meet, so both are padded with each other.
"""

import ctypes
import importlib.util
from pathlib import Path

import numpy as np

FLOAT3 = 3
FAST, BEST = 4, 6
WRAP = 128


def package_folder():
    """Where the package bpy lies with its libraries (the module bpy itself names another place)."""
    return Path(importlib.util.find_spec("numpy").origin).resolve().parents[1] / "bpy"


def _library():
    library = ctypes.CDLL(str(next((package_folder() / "lib").glob("libOpenImageDenoise.so*"))))
    pointer, size, name = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_char_p
    for call, result, arguments in (
            ("oidnNewDevice", pointer, [ctypes.c_int]), ("oidnCommitDevice", None, [pointer]),
            ("oidnSetDeviceInt", None, [pointer, name, ctypes.c_int]), ("oidnNewFilter", pointer, [pointer, name]),
            ("oidnSetSharedFilterImage", None, [pointer, name, pointer, ctypes.c_int, size, size, size, size, size]),
            ("oidnSetFilterBool", None, [pointer, name, ctypes.c_bool]),
            ("oidnSetFilterInt", None, [pointer, name, ctypes.c_int]), ("oidnCommitFilter", None, [pointer]),
            ("oidnExecuteFilter", None, [pointer]), ("oidnReleaseFilter", None, [pointer]), ("oidnReleaseDevice", None, [pointer]),
            ("oidnGetDeviceError", ctypes.c_int, [pointer, ctypes.POINTER(name)])):
        function = getattr(library, call)
        function.restype, function.argtypes = result, arguments
    return library


def _run(library, device, images, flags, quality):
    """One filter over named images; "output" is written in place."""
    process = library.oidnNewFilter(device, b"RT")
    for name, array in images.items():
        height, width, _ = array.shape
        library.oidnSetSharedFilterImage(process, name.encode(), array.ctypes.data, FLOAT3, width, height, 0, 12, width * 12)
    for flag in flags:
        library.oidnSetFilterBool(process, flag.encode(), True)
    library.oidnSetFilterInt(process, b"quality", quality)
    library.oidnCommitFilter(process)
    library.oidnExecuteFilter(process)
    library.oidnReleaseFilter(process)
    message = ctypes.c_char_p()
    if library.oidnGetDeviceError(device, ctypes.byref(message)):
        raise RuntimeError(message.value.decode())


def denoise(light, albedo, normal, threads=2, around=True):
    """Linear light without noise; all three are (height, width, 3)."""
    pad = ((0, 0), (WRAP, WRAP), (0, 0)) if around else ((0, 0), (0, 0), (0, 0))
    light, albedo, normal = (np.ascontiguousarray(np.pad(np.asarray(a, np.float32), pad, mode="wrap")) for a in (light, albedo, normal))
    library = _library()
    device = library.oidnNewDevice(1)
    library.oidnSetDeviceInt(device, b"numThreads", threads)
    library.oidnCommitDevice(device)
    clean = {"albedo": np.empty_like(albedo), "normal": np.empty_like(normal)}
    _run(library, device, {"albedo": albedo, "output": clean["albedo"]}, (), FAST)
    _run(library, device, {"normal": normal, "output": clean["normal"]}, (), FAST)
    out = np.empty_like(light)
    _run(library, device, {"color": light, **clean, "output": out}, ("hdr", "cleanAux"), BEST)
    library.oidnReleaseDevice(device)
    return out[:, WRAP:-WRAP] if around else out
