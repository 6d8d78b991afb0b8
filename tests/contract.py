"""Holds a running demo to the OpenAPI document that it serves.

Takes the file with the demo's first line. Every operation is called with values that the
document allows and with values that it does not; a 5xx or an answer that the document does
not know is a failure. The seed is printed; CONTRACT_SEED repeats a run.
"""

import json
import os
import random
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

with open(sys.argv[1]) as file:
    line = file.readline()
if not line:
    sys.exit("the demo did not start")
demo = json.loads(line)
token = f"Bearer {demo['tokens']['manager']}"


def still_let_in():
    """Fails unless the server answers and takes the token: a run of nothing but 401 proves nothing."""
    request = urllib.request.Request(f"{demo['url']}/api/v1/rooms", headers={"Authorization": token})
    for url in (f"{demo['url']}/healthz", request):
        urllib.request.urlopen(url, timeout=30).read()


seed = os.environ.get("CONTRACT_SEED") or str(random.randrange(1 << 32))
print(f"CONTRACT_SEED={seed}", flush=True)
command = [
    str(Path(sys.executable).parent / "schemathesis"), "run", f"{demo['url']}/api/v1/openapi.json",
    "--header", f"Authorization: {token}",
    "--checks", "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,response_schema_conformance",
    "--phases", "examples,coverage,fuzzing",
    "--max-examples", os.environ.get("CONTRACT_EXAMPLES", "20"),
    # The token that all of this is asked with is to live, and the clock to stand still.
    "--exclude-path", "/api/v1/sign-out",
    "--exclude-path-regex", "^/demo/",
    "--seed", seed,
    "--suppress-health-check", "all",
    # More than one, and Python 3.11 now and then fails amid its own parser (SystemError, "AST constructor").
    "--workers", "1",
    "--max-failures", "10",
    "--request-timeout", "30",
    "--no-color",
]
still_let_in()
# In a folder of its own, since it keeps notes where it runs, and earlier failures in them.
with tempfile.TemporaryDirectory() as folder:
    status = subprocess.run(command, cwd=folder, timeout=900).returncode
still_let_in()
sys.exit(status)
