"""Programs of other projects that check files for the gates.

To start one takes ten times as long as what it then does of a wheel. So on Linux each
is started once, by checker.py, and asked about file after file. Elsewhere a process
that has imported much cannot always be forked.
"""

import atexit
import json
import platform
import subprocess
import sys
from functools import cache
from pathlib import Path
from threading import Lock

from pipeline.commands import Failure, captured, command, environment

SERVER = Path(__file__).with_name("checker.py")
Said = subprocess.CompletedProcess[str]


class Checker:
    """A program that runs as long as we do: it ends with its standard input."""

    def __init__(self, program: str) -> None:
        self.program = program
        made = command(sys.executable, "-P", SERVER, program)
        self.process = subprocess.Popen(
            made.argv,
            env=environment(made),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            # Ctrl-C reaches us alone, and it ends with us.
            start_new_session=True,
        )
        atexit.register(self.process.communicate)
        # Gates run side by side.
        self.lock = Lock()

    def ask(self, arguments: list[str]) -> Said:
        with self.lock:
            print(json.dumps(arguments), file=self.process.stdin, flush=True)
            answer = self.process.stdout and self.process.stdout.readline()
        if not answer:
            raise Failure(f"{self.program} has ended before it answered")
        return Said([self.program, *arguments], *json.loads(answer))


started = cache(Checker)


def check(program: str, *arguments: str | Path) -> Said:
    """What the program says of a file, and its status."""
    words = [*map(str, arguments)]
    if platform.system() == "Linux":
        return started(program).ask(words)
    return captured(command(program, *words))
