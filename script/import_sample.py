#!/usr/bin/env python3
"""Brings the sample listing in through the public HTTP API, as the people of a court and an agency would.

usage: import_sample.py BASE_URL SETUP_CODE LISTING_TOML

Standard library only. Stops at the first answer that is not the expected one and prints it.
"""

import base64
import datetime
import http.client
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
import urllib.parse
import uuid

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
    """Until every uploaded file has been checked and tiled; answers panorama ids by file name."""
    began = time.monotonic()
    while True:
        stop_on_failure(agency, all_assets(agency, listing))
        found = agency.get(f"/api/v1/listings/{listing}/panoramas")["items"]
        ready = {panorama["file_name"]: panorama["id"] for panorama in found}
        print(f"\r  {len(ready)} of {len(names)} panoramas tiled", end="", flush=True)
        if set(names) <= set(ready):
            print()
            return ready
        if time.monotonic() - began > 3600:
            sys.exit(f"\nnot tiled after an hour: {sorted(set(names) - set(ready))}")
        time.sleep(1)


def stitch(agency, listing, photo_set, folder):
    """Uploads the photos of a set and has them stitched; answers the panorama's id and the yaw at which it looks north."""
    taken = json.loads((folder / "poses.json").read_text())["photos"]
    for photo in taken:
        upload(agency, listing, folder / photo["file"])
    names = [photo["file"] for photo in taken]
    while True:
        assets = [a for a in all_assets(agency, listing) if a["file_name"] in names]
        if len(assets) >= len(names) and all(asset["state"] == "ready" for asset in assets):
            break
        stop_on_failure(agency, assets)
        time.sleep(0.5)
    ids = {asset["file_name"]: asset["id"] for asset in assets}
    wish = {"name": photo_set["zh"], "photos": [ids[name] for name in names]}
    made = agency.post(f"/api/v1/listings/{listing}/sets", wish)["id"]
    began = time.monotonic()
    while True:
        now = agency.get(f"/api/v1/sets/{made}")
        found = agency.get(f"/api/v1/listings/{listing}/panoramas")["items"]
        ready = [panorama["id"] for panorama in found if panorama["asset"] == now["panorama"]]
        print(f"\r  {len(names)} photos are stitched: {time.monotonic() - began:.0f} s", end="", flush=True)
        if ready:
            break
        stop_on_failure(agency, [])
        time.sleep(0.5)
    report = now["report"]
    print(f"; {len(report['placed'])} placed, {report['misalignment_arcmin'][1]:.1f}′ off (95 %)")
    headings = {photo["file"]: photo["heading"] for photo in taken}
    turns = [(p["attitude"]["yaw"] - headings[p["photo"]]) % 360 for p in report["placed"] if abs(p["attitude"]["pitch"]) < 60]
    # Around a circle: as differences from the first.
    north = turns[0] + sum((turn - turns[0] + 180) % 360 - 180 for turn in turns) / len(turns)
    return ready[0], (north + 180) % 360 - 180


def all_assets(agency, listing):
    found, cursor = [], ""
    while True:
        page = agency.get(f"/api/v1/listings/{listing}/assets{cursor}")
        found += page["items"]
        if page.get("next") is None:
            return found
        cursor = "?" + urllib.parse.urlencode({"cursor": page["next"]})


def stop_on_failure(agency, assets):
    refused = [asset for asset in assets if asset["state"] == "refused"]
    if refused:
        sys.exit(f"\nrefused: {refused[0]['file_name']}: {refused[0]['refusal']}")
    jobs = agency.get("/api/v1/jobs?state=failed")["items"]
    if jobs:
        sys.exit(f"\na job failed: {jobs[0]['kind']}: {jobs[0]['reason']}")


def uuid7():
    """Time-ordered UUID (RFC 9562 section 5.7)."""
    value = (int(time.time() * 1000) << 80) | int.from_bytes(os.urandom(10), "big")
    value = value & ~(0xF << 76) | (7 << 76)
    value = value & ~(3 << 62) | (2 << 62)
    return str(uuid.UUID(int=value))


def as_standpoint(photo_set, sample, panorama, north_yaw):
    """A stitched panorama stands where its photos were taken: it leads where that standpoint leads, and back to it."""
    there = next(point for point in sample["standpoints"] if point["zh"] == photo_set["standpoint"])
    turn = north_yaw - there["north_yaw"]
    place = lambda yaw: (yaw + turn + 180) % 360 - 180
    links = [{**link, "yaw": place(link["yaw"])} for link in there["links"]]
    back = {"to": there["zh"], "yaw": place(photo_set["link"]["yaw"]), "pitch": photo_set["link"]["pitch"]}
    view = {**there.get("initial_view", {}), "yaw": place(there.get("initial_view", {}).get("yaw", 0.0))}
    there["links"].append({"to": photo_set["zh"], **photo_set["link"]})
    return {
        "file": panorama,
        "zh": photo_set["zh"],
        "position": there["position"],
        "north_yaw": north_yaw,
        "initial_view": view,
        "links": [*links, back],
    }


def upload_close_ups(agency, listing, sample, folder):
    """The photos and videos that hotspots show; answers their asset ids by the name that the sample gives them."""
    shown = {
        name
        for point in sample["standpoints"]
        for hotspot in point.get("hotspots", [])
        for name in hotspot.get("pictures", []) + hotspot.get("videos", [])
    }
    for picture in sorted(shown):
        upload(agency, listing, folder / picture)
    names = {pathlib.Path(picture).name: picture for picture in shown}
    while True:
        assets = all_assets(agency, listing)
        stop_on_failure(agency, assets)
        shown = [a for a in assets if a["file_name"] in names and a["state"] == "ready"]
        # A video is ready once it is converted.
        ready = {names[a["file_name"]]: a["id"] for a in shown if a["video"] or not a["file_name"].endswith(".mp4")}
        if len(ready) == len(names):
            return ready
        time.sleep(0.5)


def record_narrations(agency, listing, sample):
    """Has the narrations spoken by a synthetic voice; answers recordings' asset ids by standpoint. None without espeak-ng."""
    told = {point["zh"]: point["narration"] for point in sample["standpoints"] if "narration" in point}
    if told and shutil.which("espeak-ng") is None:
        print("  espeak-ng is not installed: the narration is told by captions and the browser's voice")
        return {}
    names = {f"解说（合成语音）{title}.wav": title for title in told}
    with tempfile.TemporaryDirectory() as folder:
        for name, title in names.items():
            path = pathlib.Path(folder, name)
            subprocess.run(["espeak-ng", "-v", "cmn", "-s", "150", "-w", path, told[title]], check=True)
            upload(agency, listing, path)
    while True:
        assets = all_assets(agency, listing)
        stop_on_failure(agency, assets)
        # A recording is ready once it is converted.
        ready = {names[a["file_name"]]: a["id"] for a in assets if a["file_name"] in names and a["sound"]}
        if len(ready) == len(names):
            return ready
        time.sleep(0.5)


def as_hotspot(hotspot, photos):
    shown = {what: [photos[name] for name in hotspot.get(what, [])] for what in ("pictures", "videos")}
    return {"id": uuid7(), **hotspot, **{what: ids for what, ids in shown.items() if ids or what == "pictures"}}


def tour_document(sample, ready, photos, sounds):
    """The tour of the sample's standpoints, in the form that the studio saves."""
    points = [p for p in sample["standpoints"] if pathlib.Path(p["file"]).name in ready]
    ids = {point["zh"]: uuid7() for point in points}
    scenes = []
    for point in points:
        view = point.get("initial_view", {})
        scenes.append(
            {
                "id": ids[point["zh"]],
                "panorama": ready[pathlib.Path(point["file"]).name],
                "title": point["zh"],
                "captured_at": sample["listing"]["facts"].get("pictures_taken_on"),
                "north_yaw": point.get("north_yaw"),
                "initial_view": {
                    "yaw": view.get("yaw", 0.0),
                    "pitch": view.get("pitch", -4.0),
                    "hfov": view.get("hfov", 95.0),
                },
                "position": point["position"][:2] if "position" in point else None,
                "links": [
                    {"target": ids[link["to"]], "yaw": link["yaw"], "pitch": link.get("pitch", -12.0)}
                    for link in point.get("links", [])
                    if link["to"] in ids
                ],
                "hotspots": [as_hotspot(hotspot, photos) for hotspot in point.get("hotspots", [])],
                "narration": point.get("narration", ""),
                "narration_sound": sounds.get(point["zh"]),
            }
        )
    document = {"start": scenes[0]["id"], "scenes": scenes}
    if "plan" in sample:
        document["plan"] = sample["plan"]
    return document


def day(days, hour):
    """An instant some days from now, at an hour of Beijing's day."""
    beijing = datetime.timezone(datetime.timedelta(hours=8))
    at = datetime.datetime.now(beijing).replace(hour=hour, minute=0, second=0, microsecond=0)
    return (at + datetime.timedelta(days=days)).astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


COURT = [
    ("clerk", "书记员 林", ["clerk"]),
    ("reviewer", "审核人 周", ["reviewer"]),
    ("publisher", "发布人 吴", ["publisher"]),
    ("auditor", "审计 郑", ["auditor"]),
]


def make_accounts(base, code):
    """Court, agency and their people; answers the agency's id."""
    admin = Person(base)
    admin.post(
        "/api/v1/setup",
        {
            "code": code,
            "court": {"name": "北京市示例区人民法院", "code": "京0199"},
            "admin": {"login": "admin", "display_name": "院管理员 王", "password": PASSWORD},
        },
    )
    agency = admin.post("/api/v1/tenants", {"kind": "agency", "name": "示例拍卖辅助机构", "code": "agency"})["id"]
    for login, name, roles in COURT:
        admin.post("/api/v1/users", {"login": login, "display_name": name, "password": PASSWORD, "roles": roles})
    admin.post(
        "/api/v1/users",
        {
            "tenant": agency,
            "login": "agency",
            "display_name": "辅助机构 赵",
            "password": PASSWORD,
            "roles": ["agency_member"],
        },
    )
    return agency


def decide_proposals(agency, listing):
    """Nobody lives in a rendered flat: what the program proposes to hide there is refused."""
    for picture in agency.get(f"/api/v1/listings/{listing}/masks")["items"]:
        if all(mask["state"] != "proposed" for mask in picture["items"]):
            continue
        kept = ("id", "corners", "kind", "note", "state")
        items = [{name: mask[name] for name in kept if name in mask} for mask in picture["items"]]
        for mask in items:
            if mask["state"] == "proposed":
                mask["state"] = "rejected"
        path, tag = f"/api/v1/assets/{picture['asset']}/masks", f'"{picture["version"]}"'
        # Another proposal may have come in between: the next turn finds it.
        agency.call("PUT", path, {"items": items}, {"If-Match": tag}, expect=(200, 412))


def review(agency, reviewer, listing):
    """Submits and approves the tour. Proposals of the program come when they come, and each has to be decided first."""
    tour = f"/api/v1/listings/{listing}/tour"
    for _ in range(60):
        decide_proposals(agency, listing)
        if agency.call("POST", f"{tour}/submit", {}, expect=(204, 409, 422))[1].status != 204:
            time.sleep(5)
            continue
        for picture in reviewer.get(f"/api/v1/listings/{listing}/masks")["items"]:
            for mask in picture["items"]:
                if not mask["seen"]:
                    path = f"/api/v1/assets/{picture['asset']}/masks/{mask['id']}/seen"
                    reviewer.call("POST", path, {}, expect=(200, 204, 409))
        for piece in reviewer.get(f"{tour}/shown")["items"]:
            reviewer.post(f"{tour}/shown/{piece['asset']}/seen", {"shown": piece["shown"]})
        if reviewer.call("POST", f"{tour}/approve", {}, expect=(204, 409, 422))[1].status == 204:
            return
        reviewer.post(f"{tour}/return", {"remarks": "请先处理遮挡建议"})
    sys.exit("the tour could not be approved: proposals of masks come again and again")


def main():
    base, code, file = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
    sample = tomllib.loads(file.read_text())
    sample = json.loads(json.dumps(sample, default=str))
    pictures = [file.parent / point["file"] for point in sample["standpoints"]]
    pictures = [picture for picture in pictures if picture.exists()]
    if not pictures:
        sys.exit(f"no picture of {file} is there")
    print("Setting up the court and its people")
    agency_id = make_accounts(base, code)
    clerk, agency, reviewer, publisher = (
        sign_in(base, login) for login in ("clerk", "agency", "reviewer", "publisher")
    )
    print("The clerk makes the listing and its first round")
    listing = clerk.post("/api/v1/listings", {**sample["listing"], "agency_id": agency_id})["id"]
    terms = {**sample["round"]["terms"], "opens_at": day(40, 10), "closes_at": day(41, 10)}
    round_ = clerk.post(
        f"/api/v1/listings/{listing}/rounds", {"kind": sample["round"].get("kind", "first"), "terms": terms}
    )["id"]
    step = lambda who, body: who.post(f"/api/v1/rounds/{round_}/transitions", body)
    step(clerk, {"to": "planned", "reason": "合议庭评议"})
    print("The agency uploads its pictures")
    for picture in pictures:
        upload(agency, listing, picture)
    print("The worker checks and tiles them")
    ready = wait_for_panoramas(agency, listing, [picture.name for picture in pictures])
    for photo_set in sample.get("photo_sets", []):
        folder = file.parent / photo_set["folder"]
        if not folder.exists():
            continue
        print(f"Ordinary photos become a panorama: {photo_set['zh']}")
        panorama, north_yaw = stitch(agency, listing, photo_set, folder)
        ready[panorama] = panorama
        sample["standpoints"].append(as_standpoint(photo_set, sample, panorama, north_yaw))
    photos = upload_close_ups(agency, listing, sample, file.parent)
    sounds = record_narrations(agency, listing, sample)
    print("The agency builds the tour; reviewer and publisher look at it")
    agency.call("PUT", f"/api/v1/listings/{listing}/tour", tour_document(sample, ready, photos, sounds), {"If-Match": '"0"'})
    review(agency, reviewer, listing)
    publisher.post(f"/api/v1/listings/{listing}/tour/publish")
    step(publisher, {"to": "announced", "reason": "发布拍卖公告", "document": "（2026）京0199执1027号拍卖公告"})
    print(f"\nlisting {listing}")


main()
