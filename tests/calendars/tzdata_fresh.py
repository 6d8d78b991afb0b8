"""Zone data of a running server is not older than the PyPI package tzdata that is pinned here.

Takes the server's address. Acceptance list, statement 33.
"""

import json
import re
import sys
import urllib.request

import tzdata

with urllib.request.urlopen(f"{sys.argv[1]}/healthz", timeout=30) as answer:
    ours = json.load(answer)["tzdb"]
theirs = tzdata.IANA_VERSION


def order(version):
    """2025b before 2026a, and a year's z before its za."""
    match = re.fullmatch(r"(\d{4})([a-z]+)", version)
    if not match:
        sys.exit(f"33: {version!r} is no version of the zone data")
    return int(match[1]), len(match[2]), match[2]


print(f"zone data of the server: {ours}, of the pinned package: {theirs}")
if order(ours) < order(theirs):
    sys.exit("33: the zone data of the server is out of date")
