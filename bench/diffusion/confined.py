"""The inside of the sandbox: limits itself, then runs the program from standard input. Run as a
script, standard library only."""

import ctypes
import os
import resource
import sys

_NEW_NETWORK, _NEW_USER = 0x40000000, 0x10000000
_FILE_BYTES = 1 << 20


def limit(seconds: int, megabytes: int) -> None:
    """For this process and its children, for good."""
    space = megabytes << 20
    for what, most in (
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_AS, space),
        (resource.RLIMIT_FSIZE, _FILE_BYTES),
        (resource.RLIMIT_NOFILE, 64),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))
    if sys.platform == "linux":
        ctypes.CDLL(None).unshare(_NEW_USER | _NEW_NETWORK)  # where it may: without a network


def main() -> None:
    limit(int(sys.argv[1]), int(sys.argv[2]))
    word, program = sys.stdin.read().split("\n", 1)
    told = os.dup(1)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    try:
        exec(compile(program, "program", "exec"), {"__name__": "__main__"})
    except BaseException as error:  # noqa: BLE001  # a verdict, whatever it was
        os.write(told, f"{type(error).__name__}: {error}"[:200].encode(errors="replace"))
        os._exit(1)
    os.write(told, word.encode())
    os._exit(0)


if __name__ == "__main__":
    main()
