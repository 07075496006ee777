"""What the scripts print and write, whatever the machine takes for usual."""

import ast
import io
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

import targets
from pipeline import report
from pipeline.project import PROJECT

SCRIPTS = Path(targets.__file__).parent
STAGES = sorted(SCRIPTS.glob("*.py"))
WORKFLOWS = sorted((PROJECT.root / ".github" / "workflows").glob("*.yml"))

# Runs a script, which in place of reading its arguments shows all that a stage shows.
DRIVER = r"""
import argparse, runpy, sys
from pathlib import Path

script = sys.argv[1]
sys.path.insert(0, str(Path(script).parent))

def show(*_arguments):
    from pipeline import commands, report

    code = r"print('child \u2713 \U0001f4e6')"
    speak = commands.command(sys.executable, "-S", "-c", code)
    commands.run(speak)
    print(f"asked {commands.ask(speak)}")
    report.heading("heading \u2713")
    report.table("table \u2713", ["\u2713"], [["as wide as the title \U0001f4e6"]])
    with report.stages(1) as screen:
        screen.begin("stage \u2713")
        screen.show("line \U0001f4e6")
    raise commands.Failure("failure \u2713")

argparse.ArgumentParser.parse_args = show
sys.argv = [script]
runpy.run_path(script, run_name="__main__")
"""

# What the log of a Windows runner has; and the C locale, which for Python is UTF-8.
OUTPUTS = {
    "cp1252": {"PYTHONIOENCODING": "cp1252"},
    "utf-8": {"LC_ALL": "C"},
}


@pytest.mark.parametrize("encoding", OUTPUTS)
@pytest.mark.parametrize("script", STAGES, ids=lambda path: path.name)
def test_no_character_ends_a_script(script: Path, encoding: str) -> None:
    variables = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTHON", "LC_", "LANG"))
    }
    finished = subprocess.run(
        [sys.executable, "-c", DRIVER, script],
        env={**variables, **OUTPUTS[encoding]},
        capture_output=True,
        check=False,
    )
    check, parcel = (
        sign if encoding == "utf-8" else ascii(sign)[1:-1]
        for sign in ("\u2713", "\N{PACKAGE}")
    )
    out, err = finished.stdout.decode(encoding), finished.stderr.decode(encoding)
    assert "Traceback" not in err
    assert finished.returncode == 1
    assert err.splitlines()[-1] == f"error: failure {check}"
    for text in (f"\nchild {check} {parcel}", f"asked child {check} {parcel}"):
        assert text in out
    for text in (f"heading {check}", f"table {check}", f"line {parcel}"):
        assert text in out


LONG = "cargo build --features [abi3] --target x86_64-unknown-linux-gnu"


def shown(monkeypatch: pytest.MonkeyPatch, *, terminal: bool) -> str:
    """All of it, on a screen of 40 columns."""
    out = io.StringIO()
    console = Console(
        file=out, width=40, highlight=False, force_terminal=terminal, color_system=None
    )
    monkeypatch.setattr(report, "CONSOLE", console)
    report.heading("audit")
    verdicts = report.PASSED, report.FAILED, report.NOT_RUN
    rows = [[f"{name}.whl", said] for name, said in zip("abc", verdicts, strict=True)]
    report.table("wheels", ["file", "verdict"], [*rows, ["d" * 28, ""]])
    with report.stages(2) as screen:
        screen.begin("build")
        screen.show(LONG)
        screen.end()
    return out.getvalue()


def test_a_log_has_headings_and_no_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    # Brackets stay, and a command is one line, however long.
    lines = shown(monkeypatch, terminal=False).splitlines()
    assert [line.rstrip() for line in lines] == [
        "audit " + 34 * "\u2500",
        "",
        "wheels",
        "\u250f" + 28 * "\u2501" + "\u2533" + 9 * "\u2501" + "\u2513",
        f"\u2503 {'file':26} \u2503 verdict \u2503",
        "\u2521" + 28 * "\u2501" + "\u2547" + 9 * "\u2501" + "\u2529",
        f"\u2502 {'a.whl':26} \u2502 passed  \u2502",
        f"\u2502 {'b.whl':26} \u2502 FAILED  \u2502",
        f"\u2502 {'c.whl':26} \u2502 not run \u2502",
        # Nothing of a name is left out.
        "\u2502 " + 26 * "d" + " \u2502         \u2502",
        f"\u2502 {'dd':26} \u2502         \u2502",
        "\u2514" + 28 * "\u2500" + "\u2534" + 9 * "\u2500" + "\u2518",
        "build " + 34 * "\u2500",
        LONG,
    ]


def test_a_terminal_has_a_bar_too(monkeypatch: pytest.MonkeyPatch) -> None:
    text = shown(monkeypatch, terminal=True)
    assert LONG in text
    # Which of how many, and for how long.
    assert re.search(r"build \u2501+ [^\n]*1/2 0:00:00", text)


def test_a_log_has_a_width_of_ours_and_a_terminal_its_own() -> None:
    code = "from pipeline import report; print(report.CONSOLE.width)"

    def width(stdout: int) -> None:
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=SCRIPTS,
            env={**os.environ, "COLUMNS": "77"},
            stdout=stdout,
            check=True,
        )

    for ends, found in ((os.pipe(), b"120\n"), (os.openpty(), b"77\r\n")):
        reader, writer = ends
        width(writer)
        assert os.read(reader, 99) == found
        os.close(writer)
        os.close(reader)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_workflows_run_none_but_those(path: Path) -> None:
    named = re.findall(r"run: python\S* (\S+)", path.read_text("utf-8"))
    assert named
    assert {PROJECT.root / name for name in named} <= set(STAGES)


def unspecified(code: str) -> list[str]:
    """Calls that read or write text as the machine has it: its code page, its CRLF."""
    return [
        ast.unparse(node)
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.Call) and not needed(node) <= given(node)
    ]


def given(call: ast.Call) -> set[str]:
    """What the call says, by keyword or in the usual place."""
    said = {word.arg for word in call.keywords if word.arg}
    places = {"read_text": 1, "write_text": 2}
    if len(call.args) >= places.get(name_of(call), 99):
        said.add("encoding")
    return said


def name_of(call: ast.Call) -> str:
    return getattr(call.func, "attr", getattr(call.func, "id", ""))


def needed(call: ast.Call) -> set[str]:
    name, words = name_of(call), {word.arg for word in call.keywords}
    if name == "write_text":
        return {"encoding", "newline"}
    if name == "read_text" or "text" in words or "universal_newlines" in words:
        return {"encoding"}
    modes = [one.value for one in call.args if isinstance(one, ast.Constant)]
    if name == "open" and {"w", "a", "x"} & set(modes):
        return {"encoding", "newline"}
    # Not that of tarfile.
    is_path = isinstance(call.func, ast.Attribute) and "fileobj" not in words
    return {"encoding"} if name == "open" and is_path and not call.args else set()


@pytest.mark.parametrize(
    "code",
    [
        "path.write_text(text)",
        "path.write_text(text, 'utf-8')",
        "path.write_text(text, newline='')",
        "path.read_text()",
        "subprocess.run(argv, text=True)",
        "path.open('a', encoding='utf-8')",
        "path.open()",
    ],
)
def test_text_in_the_way_of_the_machine_is_found(code: str) -> None:
    assert unspecified(code) == [code]


def test_text_is_utf_8_with_plain_ends_of_lines() -> None:
    found = {
        path.relative_to(SCRIPTS).as_posix(): calls
        for path in SCRIPTS.rglob("*.py")
        if (calls := unspecified(path.read_text("utf-8")))
    }
    assert found == {}
