"""The README's table of functions, read off the built module as the stubs are."""

import inspect
from collections.abc import Mapping
from types import ModuleType

from pipeline.commands import Failure
from pipeline.generators.stubs import installed
from pipeline.generators.support_table import written
from pipeline.project import PROJECT

DOCUMENT = PROJECT.root / "README.md"
START = "<!-- Written by scripts/generate.py functions: -->"
END = "<!-- End of what scripts/generate.py functions wrote. -->"

# By the first word that the module's table has for a function.
KINDS = {
    "reduce": "reductions",
    "reduce_pairs": "reductions of two arrays",
    "select": "order statistics",
    "quantiles": "order statistics",
    "move": "moving windows",
    "move_pairs": "moving windows of two arrays",
    "fill": "a value for each value",
    "replace": "in place",
}


def table(module: ModuleType) -> str:
    """A row for those of a kind that are called in the same way."""
    kinds: Mapping[str, tuple[str, str]] = module._FUNCTIONS
    rows: dict[tuple[str, str], list[str]] = {}
    for name in module.__all__:
        value = getattr(module, name)
        if inspect.isroutine(value):
            kind = KINDS[kinds[name][0]] if name in kinds else "settings"
            rows.setdefault((kind, call(inspect.signature(value))), []).append(name)
    lines = [
        f"| {kind}, `{form}` | {' '.join(f'`{name}`' for name in names)} |"
        for (kind, form), names in rows.items()
    ]
    return "\n".join(["| | |", "|---|---|", *lines]) + "\n"


def call(signature: inspect.Signature) -> str:
    """Without types, and without what must be named."""
    shown = [
        one.replace(annotation=one.empty)
        for one in signature.parameters.values()
        if one.kind is not one.KEYWORD_ONLY
    ]
    return f"f{inspect.Signature(shown)}"


def current() -> str:
    """The document as it should be."""
    return written(DOCUMENT.read_text("utf-8"), table(installed()), START, END)


def write() -> str:
    DOCUMENT.write_text(current(), "utf-8", newline="\n")
    return f"wrote the functions in {DOCUMENT.name}"


def check() -> str:
    if current() != DOCUMENT.read_text("utf-8"):
        raise Failure(
            f"the functions in {DOCUMENT.name} are stale: maturin develop, python"
            " scripts/generate.py functions"
        )
    return f"the functions in {DOCUMENT.name} are up to date"
