#!/usr/bin/env python3
"""Brings the sample listing in through the public HTTP API, as the people of a court and an agency would.

usage: import_sample.py BASE_URL SETUP_CODE LISTING_TOML

Standard library only. Stops at the first answer that is not the expected one and prints it.
"""

import base64
import datetime
import http.client
import json
import pathlib
import sys
import time
import tomllib
import urllib.parse

PASSWORD = "kanfang demo 2026"
PART_BYTES = 4 << 20


class Person:
    """Somebody with a browser: keeps the session cookie and the CSRF token."""

    def __init__(self, base):
        self.url = urllib.parse.urlparse(base)
        self.cookie = self.csrf = None

    def call(self, method, path, body=None, headers=None, expect=(200, 201, 204)):
        connection = http.client.HTTPConnection(self.url.hostname, self.url.port, timeout=120)
        headers = {"Accept-Language": "zh-CN", **(headers or {})}
        if self.cookie:
            headers["Cookie"] = self.cookie
        if self.csrf:
            headers["X-CSRF-Token"] = self.csrf
        if isinstance(body, (dict, list)):
            body = json.dumps(body).encode()
            headers["Content-Type"] = "application/json"
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        text = answer.read()
        if answer.status not in expect:
            sys.exit(f"{method} {path} answered {answer.status}:\n{text.decode(errors='replace')}")
        cookie = answer.getheader("Set-Cookie")
        if cookie:
            self.cookie = cookie.split(";")[0]
        kind = answer.getheader("Content-Type") or ""
        value = json.loads(text) if "json" in kind and text else text
        if isinstance(value, dict) and value.get("csrf"):
            self.csrf = value["csrf"]
        return value, answer

    def get(self, path):
        return self.call("GET", path)[0]

    def post(self, path, body=None):
        return self.call("POST", path, body if body is not None else {})[0]


def sign_in(base, login):
    person = Person(base)
    person.post("/api/v1/session", {"login": login, "password": PASSWORD})
    return person


def upload(agency, listing, path):
    """One file over tus 1.0: creation, then parts."""
    data = path.read_bytes()
    encode = lambda text: base64.b64encode(text.encode()).decode()
    metadata = f"filename {encode(path.name)},filetype {encode('image/jpeg')},listing {encode(listing)}"
    head = {"Tus-Resumable": "1.0.0", "Upload-Length": str(len(data)), "Upload-Metadata": metadata}
    _, answer = agency.call("POST", "/api/v1/uploads", b"", head)
    place = urllib.parse.urlparse(answer.getheader("Location")).path
    for offset in range(0, len(data), PART_BYTES):
        head = {
            "Tus-Resumable": "1.0.0",
            "Upload-Offset": str(offset),
            "Content-Type": "application/offset+octet-stream",
        }
        agency.call("PATCH", place, data[offset : offset + PART_BYTES], head)
        done = min(offset + PART_BYTES, len(data))
        print(f"\r  {path.name}: {done * 100 // len(data)} %", end="", flush=True)
    print()


def wait_for_panoramas(agency, listing, names):
    """Until every uploaded file has been checked and tiled; returns panorama ids by file name."""
    began = time.monotonic()
    while True:
        assets = agency.get(f"/api/v1/listings/{listing}/assets")["items"]
        ready = {a["file_name"]: a["panorama"] for a in assets if a.get("panorama")}
        print(f"\r  {len(ready)} of {len(names)} panoramas tiled", end="", flush=True)
        if set(names) <= set(ready):
            print()
            return ready
        if time.monotonic() - began > 1800:
            sys.exit(f"\nnot tiled after half an hour: {sorted(set(names) - set(ready))}")
        time.sleep(1)


def tour_document(sample, ready, new_id):
    """The tour of the sample's standpoints, in the form that the studio saves."""
    ids = {point["id"]: new_id() for point in sample["standpoints"]}
    scenes = []
    for point in sample["standpoints"]:
        view = point.get("initial_view", {})
        scenes.append(
            {
                "id": ids[point["id"]],
                "panorama": ready[pathlib.Path(point["file"]).name],
                "title": point["title"]["zh"],
                "captured_at": sample.get("captured_at"),
                "north_yaw": point.get("north_yaw"),
                "initial_view": {"yaw": view.get("yaw", 0.0), "pitch": view.get("pitch", 0.0), "hfov": view.get("hfov", 95.0)},
                "links": [
                    {"target": ids[link["to"]], "yaw": link["yaw"], "pitch": link.get("pitch", -8.0)}
                    for link in point.get("links", [])
                ],
            }
        )
    return {"start": ids[sample.get("start", sample["standpoints"][0]["id"])], "scenes": scenes}
