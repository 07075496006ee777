"""The stub: what is read off a module, and what is refused."""

import ast
import inspect
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType

import pytest

from pipeline.commands import Failure
from pipeline.generators import stubs
from pipeline.generators.stubs import Overload
from pipeline.project import PROJECT

Function = Callable[..., None]


def mean(a: object, axis: object = None, ddof: object = 0) -> None:
    """Mean of the values.

    Notes
    -----
    By division.

    """


def push(a: object, n: object = None, axis: object = -1) -> None:
    r"""Fill gaps: \."""


def named(a: object, *, n: object = None, axis: object = 0) -> None:
    """Two of its parameters have to be named."""


def coloured(a: object, colour: object = None) -> None:
    """Nobody knows what a colour is."""


def scaled(
    a: object, scale: object = 1.5, biased: object = False, how: object = "it's"
) -> None:
    """The types of its parameters are those of their defaults."""


def undocumented(a: object) -> None: ...


def module(*functions: Function) -> ModuleType:
    made = ModuleType("package._core")
    contents = {one.__name__: one for one in functions}
    vars(made).update(contents, __version__="1.0", __all__=[*contents, "__version__"])
    return made


def generate(function: Function, *overloads: Overload) -> str:
    """What comes after the header and `__all__`."""
    text = stubs.generate(module(function), {function.__name__: overloads})
    _, _, exported = text.partition("\n__all__ = [\n")
    return exported.partition("\n]\n\n")[2].removesuffix("\n__version__: str\n")


def test_a_function_is_written_with_defaults_types_and_docstring() -> None:
    assert generate(mean, Overload("float")) == (
        "def mean(\n"
        "    a: ArrayLike,\n"
        "    axis: SupportsIndex | None = None,\n"
        "    ddof: SupportsIndex = 0,\n"
        ") -> float:\n"
        '    """Mean of the values.\n'
        "\n"
        "    Notes\n"
        "    -----\n"
        "    By division.\n"
        '    """\n'
    )


def test_what_fits_is_one_line() -> None:
    assert generate(push, Overload("Any", {"n": "None"})) == (
        "def push(a: ArrayLike, n: None = None, axis: SupportsIndex = -1) -> Any:\n"
        '    r"""Fill gaps: \\."""\n'
    )


def test_overloads_have_one_docstring_and_defaults_of_their_types() -> None:
    overloads = [
        Overload("int", {"axis": "None"}),
        Overload("Any", {"axis": "SupportsIndex"}),
    ]
    lines = generate(mean, *overloads).splitlines()
    assert [line for line in lines if line[:1] not in ("", " ")] == [
        "@overload",
        "def mean(a: ArrayLike, axis: None = None, ddof: SupportsIndex = 0) -> int:",
        "@overload",
        "def mean(a: ArrayLike, axis: SupportsIndex, ddof: SupportsIndex = 0) -> Any:"
        " ...",
    ]
    assert "axis: None)" in generate(push, Overload("Any", {"axis": "None"}))


def test_a_default_tells_what_may_be_passed() -> None:
    assert generate(scaled, Overload("int")).startswith(
        "def scaled(\n"
        "    a: ArrayLike,\n"
        "    scale: SupportsFloat | SupportsIndex = 1.5,\n"
        "    biased: bool = False,\n"
        '    how: str = "it\'s",\n'
        ") -> int:\n"
    )


def test_what_has_to_be_named_is_so_in_the_stub() -> None:
    assert generate(named, Overload("int")).startswith(
        "def named(\n    a: ArrayLike,\n    *,\n    n: SupportsIndex | None = None,\n"
    )


def test_the_module_is_exported_in_order_and_defined_as_it_comes() -> None:
    text = stubs.generate(module(push, mean), {"*": [Overload("Any")]})
    assert '__all__ = [\n    "__version__",\n    "mean",\n    "push",\n]\n' in text
    assert text.index("def push") < text.index("def mean") < text.index("__version__:")


def test_types_follow_from_the_kind_of_a_function() -> None:
    made = module(mean)
    table = {"mean": ("reduce", "mean")}
    vars(made).update(_FUNCTIONS=table, _Reading=type, __private__=1)
    text = stubs.generate(made, {"reduce.mean.*": [Overload("float")]})
    assert ") -> float:" in text
    ends = "_FUNCTIONS: dict[str, tuple[str, str]]\n\n_Reading: type\n"
    assert text.endswith(f"__version__: str\n\n{ends}")
    with pytest.raises(Failure, match=r"reduce\.mean\.mean needs one entry"):
        stubs.generate(made, {"mean": [Overload("float")]})


def test_every_family_makes_python() -> None:
    for overloads in stubs.RESULTS.values():
        text = stubs.generate(module(mean), {"mean": overloads})
        body = ast.parse(text).body
        assert sum(isinstance(one, ast.FunctionDef) for one in body) == len(overloads)


def test_no_two_overloads_take_the_same() -> None:
    for overloads in stubs.RESULTS.values():
        taken = [tuple(sorted(one.types.items())) for one in overloads]
        assert len(set(taken)) == len(taken)


@pytest.mark.parametrize(
    ("function", "results", "message"),
    [
        (mean, {}, "mean needs one entry in RESULTS, has 0"),
        (mean, {"m*": [], "*n": []}, "mean needs one entry in RESULTS, has 2"),
        (mean, {"mean": [Overload("int")], "sum": []}, "RESULTS has sum, package"),
        (coloured, {"*": [Overload("int")]}, "coloured: colour needs an entry"),
        (undocumented, {"*": [Overload("int")]}, "undocumented has no docstring"),
    ],
)
def test_what_it_does_not_know_is_refused_with_words(
    function: Function, results: dict[str, list[Overload]], message: str
) -> None:
    with pytest.raises(Failure, match=message):
        stubs.generate(module(function), results)


def test_a_stale_file_fails_the_check(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(stubs, "PATH", tmp_path / "_core.pyi")
    monkeypatch.setattr(stubs, "installed", module)
    monkeypatch.setattr(stubs, "RESULTS", {})
    with pytest.raises(Failure, match=r"stale: .* python scripts/generate\.py"):
        stubs.check()
    stubs.write()
    assert "up to date" in stubs.check()
    monkeypatch.setattr(stubs, "HEADER", "# Another.\n")
    with pytest.raises(Failure, match="stale"):
        stubs.check()


def test_without_the_package_it_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, PROJECT.module, None)
    with pytest.raises(Failure, match="run `maturin develop`"):
        stubs.installed()


def test_the_file_was_made_with_this_header() -> None:
    assert stubs.current().startswith(stubs.HEADER)


def test_the_file_follows_from_what_functions_take_and_say() -> None:
    """The built module is compared where there is one: `generate.py stubs --check`."""
    text = stubs.PATH.read_text("utf-8")
    # By types alone, kinds of function that return the same are one.
    distinct = {id(found): key for key, found in [*stubs.RESULTS.items()][::-1]}
    results = {key: stubs.RESULTS[key] for key in distinct.values()}
    assert stubs.generate(read_back(text), results) == text


def read_back(text: str) -> ModuleType:
    """A module of which the stub could have been made."""
    made = ModuleType(PROJECT.module)
    definitions: dict[str, list[ast.FunctionDef]] = {}
    names = []
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef):
            definitions.setdefault(node.name, []).append(node)
            names.append(node.name)
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            values = {"str": "", "type": type}
            annotation = ast.unparse(node.annotation)
            if annotation in values:
                setattr(made, node.target.id, values[annotation])
                names.append(node.target.id)
    for name, overloads in definitions.items():
        setattr(made, name, of_overloads(overloads))
    public = [one for one in dict.fromkeys(names) if one[0] != "_" or one[1] == "_"]
    kinds = {name: kind_of(found) for name, found in definitions.items()}
    vars(made)["__all__"] = public
    vars(made)["_FUNCTIONS"] = {name: kind for name, kind in kinds.items() if kind}
    return made


def kind_of(overloads: Sequence[ast.FunctionDef]) -> tuple[str, ...]:
    """The first kind of functions that return these types; none of a name alone."""
    name = overloads[0].name
    returned = [ast.unparse(one.returns) for one in overloads if one.returns]
    for pattern, results in stubs.RESULTS.items():
        if [ast.unparse(ast.parse(one.returns)) for one in results] == returned:
            *kind, last = pattern.split(".")
            if last in ("*", name):
                return (kind[0], kind[1] if kind[1:] else "value") if kind else ()
    raise AssertionError(f"{name} returns what no kind of function does")


def of_overloads(overloads: Sequence[ast.FunctionDef]) -> Function:
    """With every default that one of them has."""
    defaults: dict[str, object] = {}
    for one in overloads:
        positional = zip(one.args.args[::-1], one.args.defaults[::-1], strict=False)
        named = zip(one.args.kwonlyargs, one.args.kw_defaults, strict=True)
        for argument, default in [*positional, *named]:
            if default is not None:
                defaults.setdefault(argument.arg, ast.literal_eval(default))
    parts = {
        inspect.Parameter.POSITIONAL_OR_KEYWORD: overloads[0].args.args,
        inspect.Parameter.KEYWORD_ONLY: overloads[0].args.kwonlyargs,
    }

    def made() -> None: ...

    made.__doc__ = ast.get_docstring(overloads[0])
    made.__dict__["__signature__"] = inspect.Signature(
        [
            inspect.Parameter(
                one.arg, kind, default=defaults.get(one.arg, inspect.Parameter.empty)
            )
            for kind, part in parts.items()
            for one in part
        ]
    )
    return made
