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

demo = json.load(open(sys.argv[1]))
seed = os.environ.get("CONTRACT_SEED") or str(random.randrange(1 << 32))
print(f"CONTRACT_SEED={seed}", flush=True)
command = [
    "schemathesis", "run", f"{demo['url']}/api/v1/openapi.json",
    "--header", f"Authorization: Bearer {demo['tokens']['manager']}",
    "--checks", "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,response_schema_conformance",
    "--phases", "examples,coverage,fuzzing",
    "--max-examples", os.environ.get("CONTRACT_EXAMPLES", "20"),
    # The token that all of this is asked with is to live.
    "--exclude-path", "/api/v1/sign-out",
    "--seed", seed,
    "--suppress-health-check", "all",
    "--workers", "2",
    "--max-failures", "10",
    "--no-color",
]
sys.exit(subprocess.run(command).returncode)
