"""Uploads a file with tuspy, the tus client for Python: in chunks with checksums, broken off and resumed.

Environment: SITE, LOGIN, PASSWORD, LISTING, FILE. Prints the upload's address.
"""

import os

import requests
from tusclient import client

site = os.environ["SITE"]
session = requests.post(
    f"{site}/api/v1/session",
    json={"login": os.environ["LOGIN"], "password": os.environ["PASSWORD"]},
    timeout=30,
)
session.raise_for_status()
cookie = "; ".join(f"{name}={value}" for name, value in session.cookies.items())
headers = {"Cookie": cookie, "X-CSRF-Token": session.json()["csrf"]}
tus = client.TusClient(f"{site}/api/v1/uploads", headers=headers)
metadata = {
    "filename": os.path.basename(os.environ["FILE"]),
    "filetype": "image/jpeg",
    "listing": os.environ["LISTING"],
}
first = tus.uploader(
    os.environ["FILE"], chunk_size=700_001, metadata=metadata, upload_checksum=True, retries=2
)
first.upload(stop_at=1_400_002)
# Another process knows only the address, and asks where to go on.
second = tus.uploader(os.environ["FILE"], chunk_size=900_000, url=first.url, retries=2)
assert second.offset == 1_400_002, second.offset
second.upload()
print(second.url)
