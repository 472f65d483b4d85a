"""Pages of a site with a million listings: first page, filters, search; 99th percentiles.

    script/bench listings [NUMBER]

SQLite unless BENCH_DATABASE names an empty PostgreSQL database.
"""

import http.client
import os
import subprocess
import sys
import tempfile
import time
import urllib.parse

import common

REQUESTS = 300
QUESTIONS = {
    "first page": {},
    "court and kind": {"kind": "residential", "state": "any", "region": "北京市/西城区"},
    "search 槐荫巷": {"q": "槐荫巷", "state": "any"},
    "search, filter, price": {"q": "望江里 北京", "state": "ended", "kind": "residential", "sort": "cheapest", "price_from": "100"},
    "search, nothing found": {"q": "槐荫巷 望江里", "state": "any"},
    "one case": {"q": "（2026）京0102执4322号", "state": "any"},
}


def main():
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as work:
        database = os.environ.get("BENCH_DATABASE") or f"sqlite:{work}/kanfang.sqlite"
        began = time.monotonic()
        subprocess.run([common.TOOLS, "listings", database, str(number)], check=True)
        filled = time.monotonic() - began
        print(f"machine: {common.machine()}; {number} listings in {database.split(':')[0]}, filled in {filled:.0f} s")
        with common.server(work, KANFANG_DATABASE__URL=database) as (url, _):
            host = urllib.parse.urlparse(url)
            connection = http.client.HTTPConnection(host.hostname, host.port)
            print(f"{'':24} {'p50 ms':>8} {'p99 ms':>8} {'found':>6}")
            for name, asked in QUESTIONS.items():
                took, cards = [], 0
                for _ in range(REQUESTS):
                    start = time.monotonic()
                    connection.request("GET", "/?" + urllib.parse.urlencode(asked))
                    page = connection.getresponse().read().decode()
                    took.append((time.monotonic() - start) * 1000)
                    cards = page.count('class="card"')
                took.sort()
                print(f"{name:24} {took[REQUESTS // 2]:8.1f} {took[REQUESTS * 99 // 100]:8.1f} {cards:6}")


main()
