"""`import bottleneck` gives Uncork to those who ask for it, and to nobody else.

In processes of their own, as what they change is the process.
"""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from typing import TYPE_CHECKING

import pytest

from processes import run

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Another Bottleneck, installed where processes find it first."""
    package = tmp_path / "bottleneck"
    package.mkdir()
    (package / "__init__.py").write_text("__version__ = '0.1'\n", "utf-8")
    (package / "move.py").write_text("", "utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=os.pathsep)
    return package / "__init__.py"


def succeeds(code: str, **variables: str) -> None:
    finished = run(textwrap.dedent(code), **variables)
    assert (finished.returncode, finished.stdout, finished.stderr) == (0, "", "")


def refuses(code: str, **variables: str) -> str:
    """Why it ended with an error."""
    finished = run(textwrap.dedent(code), **variables)
    assert finished.returncode == 1
    return finished.stderr.splitlines()[-1]


def test_the_functions_are_ours() -> None:
    succeeds("""
        import uncork
        uncork.enable()
        import bottleneck as bn
        for name in bn.get_functions("all", as_string=True):
            assert getattr(bn, name) is getattr(uncork, name)
        assert bn.nansum([1.0, float("nan")]) == 1.0
    """)


def test_module_is_a_proper_one() -> None:
    """As pandas (`__version__`) and xarray (`find_spec`, metadata) look at it."""
    succeeds("""
        import importlib, sys, uncork
        from importlib.metadata import distribution, version
        from importlib.util import find_spec
        uncork.enable()

        def check(spec):
            assert spec.name == "bottleneck"
            assert spec.origin.startswith(uncork.__path__[0])
            assert spec.submodule_search_locations

        check(find_spec("bottleneck"))
        assert "bottleneck" not in sys.modules, "finding does not import"
        import bottleneck
        check(bottleneck.__spec__)
        check(find_spec("bottleneck"))
        assert bottleneck.__name__ == bottleneck.__package__ == "bottleneck"
        assert importlib.reload(bottleneck) is bottleneck
        check(bottleneck.__spec__)

        assert bottleneck.__version__ == f"1.6.0+uncork.{uncork.__version__}"
        assert version("bottleneck") == version("Bottleneck") == bottleneck.__version__
        found = distribution("bottleneck")
        assert found.metadata["Name"] == "Bottleneck"
        assert found.read_text("RECORD") is None
        assert found.locate_file("__init__.py").exists()
        assert version("numpy"), "others are found as ever"
    """)


def test_submodules() -> None:
    succeeds("""
        import uncork
        uncork.enable()
        from bottleneck.move import move_sum
        from bottleneck.slow import nansum
        import bottleneck.nonreduce
        assert move_sum is uncork.move_sum
        assert nansum is uncork.slow.nansum
        assert bottleneck.nonreduce.replace is uncork.replace
    """)


def test_an_installed_bottleneck_is_set_aside_and_found_again(other: Path) -> None:
    succeeds(f"""
        import sys, uncork
        uncork.enable()
        import bottleneck.move as ours
        assert hasattr(ours, "move_sum")
        uncork.disable()
        assert not [name for name in sys.modules if name.startswith("bottleneck")]
        import bottleneck.move
        assert bottleneck.__file__ == {str(other)!r}
        assert not hasattr(bottleneck.move, "move_sum")
        uncork.disable()
        assert sys.modules["bottleneck"] is bottleneck, "this is not ours"
    """)


def test_nothing_changes_unless_asked(other: Path) -> None:
    succeeds(f"""
        import sys
        import numpy
        before = list(sys.meta_path)
        import uncork, uncork.bottleneck
        assert sys.meta_path == before
        uncork.disable()
        assert sys.meta_path == before
        assert "bottleneck" not in sys.modules
        import bottleneck
        assert bottleneck.__file__ == {str(other)!r}
    """)


@pytest.mark.usefixtures("other")
def test_context_manager() -> None:
    succeeds("""
        import uncork
        try:
            with uncork.enable():
                with uncork.enable():
                    pass
                import bottleneck as bn
                assert bn.nansum is uncork.nansum
                1 / 0
        except ZeroDivisionError:
            pass
        import bottleneck as bn
        assert bn.__version__ == "0.1"
    """)


TOO_LATE = (
    "RuntimeError: too late to put uncork in bottleneck's place: {} imported already."
    " Call uncork.enable(), or import uncork with UNCORK_AS_BOTTLENECK=1, before"
    " anything imports bottleneck, pandas or xarray"
)

#: As a module that looked for Bottleneck, and keeps what it found.
KEEP = """
import sys
from types import ModuleType

def keep(name, attribute, found):
    sys.modules[name] = ModuleType(name)
    setattr(sys.modules[name], attribute, found)
"""


@pytest.mark.usefixtures("other")
def test_too_late_for_bottleneck() -> None:
    code = "import bottleneck, uncork; uncork.enable()"
    assert refuses(code) == TOO_LATE.format("bottleneck")
    code = "import bottleneck, uncork"
    reason = refuses(code, UNCORK_AS_BOTTLENECK="1")
    assert reason == TOO_LATE.format("bottleneck")


@pytest.mark.parametrize("keeper", ["pandas.core.nanops", "xarray.core.nputils"])
@pytest.mark.parametrize("found", ["None", "ModuleType('numpy')"])
def test_too_late_for_those_who_found_none(keeper: str, found: str) -> None:
    code = f"{KEEP}\nkeep({keeper!r}, 'bn', {found})\nimport uncork; uncork.enable()"
    assert refuses(code) == TOO_LATE.format(keeper)


#: As pandas and xarray do: one keeps the functions, the other the module.
FAKES = {
    "pandas/core/nanops.py": "import importlib\n"
    "bn = importlib.import_module('bottleneck')\n"
    "nanmax = getattr(bn, 'nanmax', None)\n",
    "xarray/core/nputils.py": "import pandas.core.nanops\nimport bottleneck as bn\n",
}


@pytest.fixture
def fakes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, source in FAKES.items():
        module = tmp_path / name
        module.parent.mkdir(parents=True)
        for package in module.parents[:2]:
            (package / "__init__.py").write_text("", "utf-8")
        module.write_text(source, "utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=os.pathsep)


@pytest.mark.usefixtures("fakes")
def test_pandas_and_xarray_get_scalars_of_numpy_and_nobody_else() -> None:
    succeeds("""
        import inspect, numpy as np, uncork
        uncork.enable()
        import bottleneck as before
        from xarray.core import nputils
        from pandas.core import nanops
        import bottleneck as after
        assert after is before
        assert nanops.bn is nputils.bn is not before
        assert nputils.bn.__version__ == before.__version__
        assert "import bottleneck" in inspect.getsource(nputils)

        a = np.array([1, 2], np.float32)
        assert type(before.nanmax(a)) is float
        for nanmax in (nanops.nanmax, nputils.bn.nanmax):
            assert type(nanmax(a)) is np.float32
            assert type(nanmax(np.c_[a, a], axis=0)) is np.ndarray
        assert nputils.bn.move_sum is uncork.move_sum

        before.nanmax = lambda a, out: a + 1
        assert (nputils.bn.nanmax(a) == a + 1).all()
        uncork.disable()
        assert type(nputils.bn.nanmax(a)) is np.float32
        uncork.enable()  # who kept ours is not late
    """)


@pytest.mark.usefixtures("fakes")
@pytest.mark.parametrize("before", ["", "import bottleneck"])
def test_nothing_is_left_of_what_pandas_gets(before: str) -> None:
    succeeds(f"""
        import sys, uncork
        with uncork.enable():
            {before}
            import pandas.core.nanops
            assert ("bottleneck" in sys.modules) == bool({before!r})
            import bottleneck
            assert bottleneck.nansum is uncork.nansum
        assert "bottleneck" not in sys.modules
    """)


@pytest.mark.usefixtures("fakes", "other")
def test_pandas_gets_another_bottleneck_where_ours_is_not_enabled() -> None:
    succeeds("""
        import uncork
        with uncork.enable():
            pass
        import pandas.core.nanops
        assert pandas.core.nanops.bn.__version__ == "0.1"
    """)


@pytest.mark.usefixtures("fakes")
def test_several_may_import_at_once() -> None:
    """Whoever ends first, the last has NumPy's scalars, too."""
    succeeds("""
        import sys, uncork
        from uncork._dropin import _keepers
        uncork.enable()
        with _keepers:
            import pandas.core.nanops
            import bottleneck as meanwhile
        import bottleneck as bn
        assert meanwhile is pandas.core.nanops.bn is not bn
        assert bn.nansum is uncork.nansum
    """)


@pytest.mark.usefixtures("fakes")
def test_disabled_while_pandas_is_imported() -> None:
    succeeds("""
        import sys, uncork
        from uncork._dropin import _keepers
        uncork.enable()
        import bottleneck
        with _keepers:
            uncork.disable()
        assert "bottleneck" not in sys.modules
        with _keepers:
            assert "bottleneck" not in sys.modules
    """)


@pytest.mark.parametrize("module", ["pandas.core.nanops", "xarray.core.nputils"])
def test_what_is_not_installed_is_not_found(module: str) -> None:
    succeeds(f"""
        import importlib.util, sys, uncork
        uncork.enable()
        finder = sys.meta_path[0]
        sys.meta_path[1:] = []
        assert finder.find_spec({module!r}) is None
        assert finder.find_spec("pandas") is None
    """)


def test_who_is_only_half_imported_is_not_late() -> None:
    succeeds("""
        import sys
        from types import ModuleType
        sys.modules["pandas.core.nanops"] = ModuleType("pandas.core.nanops")
        import uncork
        uncork.enable()
    """)


def test_who_kept_ours_may_stay() -> None:
    succeeds(f"""{textwrap.indent(KEEP, " " * 8)}
        import uncork
        with uncork.enable():
            import bottleneck
            keep("pandas.core.nanops", "bn", bottleneck)
        uncork.enable()
    """)


@pytest.mark.usefixtures("other")
def test_refusal_changes_nothing() -> None:
    succeeds("""
        import sys
        import bottleneck, uncork
        before = list(sys.meta_path)
        try:
            uncork.enable()
        except RuntimeError:
            pass
        assert sys.meta_path == before
        assert sys.modules["bottleneck"] is bottleneck
        uncork.disable()
        assert sys.modules["bottleneck"] is bottleneck
    """)


def test_environment_variable(other: Path) -> None:
    ours = "import uncork, bottleneck as bn; assert bn.nansum is uncork.nansum"
    succeeds(ours, UNCORK_AS_BOTTLENECK="1")
    theirs = f"import uncork, bottleneck as bn; assert bn.__file__ == {str(other)!r}"
    succeeds(theirs, UNCORK_AS_BOTTLENECK="0")
    succeeds(theirs)


@pytest.mark.parametrize("value", ["", "2", "yes", "true"])
def test_wrong_environment_variable(value: str) -> None:
    reason = refuses("import uncork", UNCORK_AS_BOTTLENECK=value)
    assert reason == f'ValueError: UNCORK_AS_BOTTLENECK must be 0 or 1, got "{value}"'


def test_it_says_what_it_did(other: Path) -> None:
    code = "import uncork; print([uncork.enable(), uncork.enable()])"
    assert run(code).stdout == (
        f"[<uncork.enable: import bottleneck gives uncork, instead of {other}>,"
        " <uncork.enable: nothing done, it was enabled before>]\n"
    )


def test_it_says_that_nothing_is_installed() -> None:
    code = """
        from importlib.machinery import PathFinder
        import uncork
        PathFinder.find_spec = lambda name: None
        print(uncork.enable())
    """
    assert run(textwrap.dedent(code)).stdout == (
        "<uncork.enable: import bottleneck gives uncork, instead of Bottleneck,"
        " which is not installed>\n"
    )


def test_the_example_gives_what_it_shows() -> None:
    succeeds("""
        import doctest, uncork
        finder = doctest.DocTestFinder()
        examples, = finder.find(uncork.enable, globs={"uncork": uncork})
        assert doctest.DocTestRunner().run(examples) == (0, 1)
    """)


def test_threads() -> None:
    """Who enables and disables at once finds either, and never half of one."""
    succeeds("""
        import sys, threading, uncork
        finders = len(sys.meta_path)
        errors = []

        def work():
            try:
                for _ in range(200):
                    with uncork.enable():
                        assert len(sys.meta_path) <= finders + 1
            except Exception as error:
                errors.append(error)

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not errors, errors
        assert len(sys.meta_path) == finders
    """)


def test_who_leaves_first_does_not_disable_it_for_the_others() -> None:
    succeeds("""
        import sys, threading, uncork
        entered, left = threading.Barrier(2), threading.Event()

        def first():
            with uncork.enable():
                entered.wait()
            left.set()

        thread = threading.Thread(target=first)
        thread.start()
        with uncork.enable():
            entered.wait()
            assert left.wait(60)
            import bottleneck
            assert bottleneck.nansum is uncork.nansum
        thread.join()
        assert "bottleneck" not in sys.modules
    """)


def test_threads_may_enable_and_import_at_once() -> None:
    succeeds("""
        import sys, threading, uncork

        def work():
            for _ in range(200):
                with uncork.enable():
                    import bottleneck
                    assert bottleneck.nansum is uncork.nansum

        failed = []
        threading.excepthook = failed.append
        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
        assert not failed, failed
        assert "bottleneck" not in sys.modules
    """)


@pytest.mark.parametrize("as_module", [False, True])
def test_a_program_that_never_imports_uncork_is_run_with_it(
    as_module: bool, tmp_path: Path
) -> None:
    program = tmp_path / "program.py"
    (tmp_path / "helper.py").write_text("VALUE = 3\n", "utf-8")
    program.write_text(
        "import sys, bottleneck, helper\n"
        "print(__name__, sys.argv[1:], helper.VALUE, bottleneck.nansum.__module__)\n",
        "utf-8",
    )
    named = ["-m", "program"] if as_module else [str(program)]
    argv = [sys.executable, "-m", "uncork.enable", *named, "-x", "y"]
    # As who runs programs has it: with the program's folder on the path.
    env = {k: v for k, v in os.environ.items() if k != "PYTHONSAFEPATH"}
    finished = subprocess.run(
        argv, cwd=tmp_path, env=env, capture_output=True, text=True, check=False
    )
    assert finished.stderr == ""
    assert finished.stdout.split(" ")[0] == "__main__"
    assert "['-x', 'y'] 3 uncork" in finished.stdout


def test_the_program_does_not_take_the_place_of_the_function() -> None:
    succeeds("""
        import uncork
        import uncork.enable
        with uncork.enable():
            import bottleneck
            assert bottleneck.nansum is uncork.nansum
    """)
