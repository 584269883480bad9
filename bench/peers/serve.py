"""Run with a peer's own Python: its domains, served over stdio, a JSON object a line each way.

python serve.py FILE: FILE has a class Domain, made from a name. Each line has "domain", a name,
"do", one of Domain's methods, and that method's arguments.
"""

import json
import runpy
import sys
from typing import Any


def main() -> None:
    out, sys.stdout = sys.stdout, sys.stderr  # what the peer prints is no answer
    made = runpy.run_path(sys.argv[1])["Domain"]
    domains: dict[str, Any] = {}
    for line in sys.stdin:
        asked = json.loads(line)
        do, name = asked.pop("do"), asked.pop("domain")
        if name not in domains:
            domains[name] = made(name)
        print(json.dumps(getattr(domains[name], do)(**asked)), file=out, flush=True)


if __name__ == "__main__":
    main()
