"""cibuildwheel with everything but the programs that it starts.

    python -P tests/pipeline/dry_cibuildwheel.py SYSTEM PROCESSOR PACKAGE OUT

Its own functions choose the Pythons, set the deployment target, look for a wheel that
serves another Python, name and test, on whatever machine this is. What is replaced:
the interpreters, and maturin by the name that it gives the wheel. Prints as JSON the
wheels, the Pythons that they were tested on, and the commands. A process of its own,
as the `build` that cibuildwheel imports is another than ours.
"""

import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from cibuildwheel import errors
from cibuildwheel.options import CommandLineArguments, compute_options
from cibuildwheel.platforms import macos, windows

MODULES: Mapping[str, ModuleType] = {"macos": macos, "windows": windows}
TRIPLES = {"x86_64": "x86_64-apple-darwin", "arm64": "aarch64-apple-darwin"}


@cache
def oldest_macos(processor: str) -> str:
    """Rust's."""
    question = ["rustc", "--print", "deployment-target", "--target", TRIPLES[processor]]
    said = subprocess.run(question, capture_output=True, text=True, check=True).stdout
    return said.strip().rpartition("=")[2]


def numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def wheel_name(identifier: str, env: Mapping[str, str]) -> str:
    """What maturin makes for this Python of a crate with both stable ABIs."""
    interpreter, system = identifier.split("-")
    minor = int(interpreter.removeprefix("cp3").removesuffix("t"))
    abi = "cp311-abi3"
    if minor >= 15:
        abi = "cp315-abi3.abi3t"
    elif interpreter.endswith("t"):
        abi = f"{interpreter.removesuffix('t')}-{interpreter}"
    if system.startswith("macosx"):
        processor = system.removeprefix("macosx_")
        floors = (env["MACOSX_DEPLOYMENT_TARGET"], oldest_macos(processor))
        version = max(floors, key=numbers).replace(".", "_")
        system = f"macosx_{version}_{processor}"
    return f"package-1.0-{abi}-{system}.whl"


class Machine:
    """Has what cibuildwheel looks for; starts nothing."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.venv = folder
        self.tested: list[str] = []
        self.commands: list[str] = []

    def install_cpython(self, *_: object, **__: object) -> Path:
        python = self.folder / "python"
        python.touch()
        return python

    def virtualenv(
        self, _version: str, _python: Path, venv: Path, *_: object, **options: Any
    ) -> dict[str, str]:
        for folder, suffix in (("bin", ""), ("Scripts", ".exe")):
            for name in ("python", "pip"):
                path = venv / folder / f"{name}{suffix}"
                path.parent.mkdir(parents=True, exist_ok=True)
                path.touch()
        self.venv = venv
        return dict(options.get("env") or os.environ)

    def call(self, *words: str | Path, **options: Any) -> str:
        argv = [str(word) for word in words]
        self.commands.append(" ".join(argv))
        if argv[0] == "which":
            return str(self.venv / "bin" / argv[1])
        if argv[0] == "where":
            return str(self.venv / "Scripts" / f"{argv[1]}.exe")
        if argv[:4] == ["python", "-m", "pip", "wheel"]:
            [out] = [word for word in argv if word.startswith("--wheel-dir=")]
            env = options["env"]
            name = wheel_name(env["CIBUILDWHEEL_BUILD_IDENTIFIER"], env)
            (Path(out.partition("=")[2]) / name).touch()
        if argv[0] == "/bin/sh":
            self.tested.append(options["env"]["CIBUILDWHEEL_BUILD_IDENTIFIER"])
        return ""

    def shell(self, line: str, **options: Any) -> None:
        self.call("/bin/sh", "-c", line, **options)


def run(system: str, processor: str, package: Path, out: Path) -> Machine:
    arguments = CommandLineArguments.defaults()
    arguments.package_dir, arguments.output_dir = package, out
    arguments.archs = processor
    options = compute_options(system, arguments, os.environ)  # type: ignore[arg-type]
    module = MODULES[system]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        machine = Machine(folder)
        replaced = {
            "call": machine.call,
            "shell": machine.shell,
            "install_cpython": machine.install_cpython,
            "virtualenv": machine.virtualenv,
            "get_pip_version": lambda _env: "26.0",
            "get_macos_version": lambda: (15, 0),
        }
        for key, value in replaced.items():
            setattr(module, key, value)
        platform.machine = lambda: processor
        module.build(options, folder)
    return machine


def main() -> None:
    system, processor, package, out = sys.argv[1:]
    # What it prints of its progress goes where it is not in the way.
    answer, sys.stdout = sys.stdout, sys.stderr
    try:
        machine = run(system, processor, Path(package), Path(out))
    except errors.FatalError as error:
        print(json.dumps({"error": type(error).__name__}), file=answer)
        return
    wheels = sorted(path.name for path in Path(out).glob("*.whl"))
    said = {"wheels": wheels, "tested": machine.tested, "commands": machine.commands}
    print(json.dumps(said), file=answer)


if __name__ == "__main__":
    main()
