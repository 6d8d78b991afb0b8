"""Holds the OpenAPI document that a demo serves to what other people's generators make of it.

Takes the file with the demo's first line and the folder that setup.sh filled. The document is
validated, a client is generated from it for Python and one for TypeScript, and each books a
session. A generator's warning counts as a failure: it means that something was left out.
"""

import json
import os
import shutil
import subprocess
import sys
import urllib.request
from pathlib import Path

from openapi_spec_validator import validate

HERE = Path(__file__).parent
demo_file, tools = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
demo = json.loads(demo_file.read_text().splitlines()[0])
# Beside node_modules, where the compiled story finds the libraries that it imports.
folder = tools / "generated"
shutil.rmtree(folder, ignore_errors=True)
folder.mkdir(parents=True)
programs = Path(sys.executable).parent
# The Python generator looks for ruff where programs are looked for.
environment = {**os.environ, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}", "NO_COLOR": "1"}


def do(*command):
    subprocess.run([str(part) for part in command], check=True, cwd=folder, env=environment, timeout=300)


text = urllib.request.urlopen(f"{demo['url']}/api/v1/openapi.json", timeout=30).read()
document = folder / "openapi.json"
document.write_bytes(text)
validate(json.loads(text))
print("the document is valid", flush=True)

do(programs / "openapi-python-client", "generate", "--path", document, "--output-path", folder / "fadeline_client",
   "--meta", "none", "--fail-on-warning")
shutil.copy(HERE / "book.py", folder)
do(sys.executable, "-B", "book.py", demo_file)

do(tools / "node_modules/.bin/openapi-typescript", document, "--output", "fadeline.d.ts")
shutil.copy(HERE / "book.ts", folder)
do(tools / "node_modules/.bin/tsc", "--strict", "--noEmitOnError", "--target", "es2022", "--module", "nodenext",
   "--lib", "es2022,dom,dom.iterable", "book.ts")
do("node", "book.js", demo["url"], demo["tokens"]["front_desk"])
