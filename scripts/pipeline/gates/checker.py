"""A checker of another project, which is imported once: checkers.py starts it.

Each line that comes in holds the arguments of a run; each that goes out says what came
of it. A run is a fork, so that it is as if the program had just been started.
"""

import json
import multiprocessing
import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.metadata import entry_points
from tempfile import TemporaryFile
from typing import IO

# What a program imports only when it runs.
LATER = {"twine": ["twine.commands.check"]}
FORK = multiprocessing.get_context("fork")


def serve(program: str) -> None:
    [entry] = entry_points(group="console_scripts", name=program)
    main = entry.load()
    for name in LATER.get(program, []):
        import_module(name)
    for line in sys.stdin:
        with TemporaryFile() as output, TemporaryFile() as errors:
            argv = [program, *json.loads(line)]
            process = FORK.Process(target=run, args=(main, argv, output, errors))
            process.start()
            process.join()
            # What was written there has moved our place in the files, too.
            output.seek(0)
            errors.seek(0)
            said = [file.read().decode("utf-8", "replace") for file in (output, errors)]
        print(json.dumps([process.exitcode, *said]), flush=True)


def run(
    main: Callable[[], int | str | None],
    argv: Sequence[str],
    output: IO[bytes],
    errors: IO[bytes],
) -> None:
    os.dup2(output.fileno(), 1)
    os.dup2(errors.fileno(), 2)
    sys.argv = list(argv)
    sys.exit(main())


if __name__ == "__main__":
    serve(sys.argv[1])
