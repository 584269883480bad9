"""python -m bench.diffusion agree|lossless|speed|quality|growth; each has --help."""

import importlib
import sys

PARTS = ("agree", "lossless", "speed", "quality", "growth")


def main() -> None:
    name = sys.argv[1] if len(sys.argv) > 1 else ""
    if name not in PARTS:
        raise SystemExit(f"usage: python -m bench.diffusion {{{','.join(PARTS)}}} [--help]")
    sys.argv[0:2] = [f"bench.diffusion {name}"]
    importlib.import_module(f"bench.diffusion.{name}").main()


if __name__ == "__main__":
    main()
