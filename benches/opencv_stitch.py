"""OpenCV's Stitcher, as its documentation shows it, on a set of photos; a run of its own, so that time and memory are measured.

    opencv_stitch.py OUT.png POSES.json PHOTOS…

Exit code 0: a panorama; 3: none, with the Stitcher's own code in POSES.json. Poses are those of `cameras()`, in our axes.
"""

import json
import math
import os
import sys

import cv2
import numpy

STATUS = {0: "ok", 1: "needs more images", 2: "homography estimation failed", 3: "camera parameters failed"}


def attitude(turn):
    """Yaw, pitch and roll of OpenCV's rotation (x right, y down, z ahead), as `stitch::attitude` reads it."""
    flip = numpy.diag([1.0, -1.0, 1.0])
    ours = flip @ numpy.asarray(turn, dtype=float) @ flip
    degrees = math.degrees
    return {
        "yaw": degrees(math.atan2(ours[0, 2], ours[2, 2])),
        "pitch": degrees(math.asin(max(-1.0, min(1.0, ours[1, 2])))),
        "roll": degrees(math.atan2(-ours[1, 0], ours[1, 1])),
    }


def main(out, poses, photos):
    pictures = [cv2.imread(photo) for photo in photos]
    stitcher = cv2.Stitcher.create(cv2.Stitcher_PANORAMA)
    status, panorama = stitcher.stitch(pictures)
    found = {"status": STATUS.get(status, str(status)), "hfov": None, "poses": {}}
    if status == 0:
        cv2.imwrite(out, panorama)
        scale, fields = stitcher.workScale(), []
        for index, camera in zip(numpy.ravel(stitcher.component()), stitcher.cameras()):
            photo = photos[int(index)]
            found["poses"][os.path.basename(photo)] = attitude(camera.R)
            width = pictures[int(index)].shape[1] * scale
            fields.append(math.degrees(2 * math.atan(width / 2 / camera.focal)))
        found["hfov"] = float(numpy.median(fields))
    with open(poses, "w") as file:
        json.dump(found, file)
    return 0 if status == 0 else 3


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], sys.argv[3:]))
