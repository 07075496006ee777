"""`import bottleneck` gives `uncork.bottleneck`, for those who ask for it."""

from __future__ import annotations

import os
import sys
import threading
from importlib import import_module
from importlib.machinery import PathFinder
from importlib.util import spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.abc import Loader
    from importlib.machinery import ModuleSpec
    from importlib.metadata import Distribution, DistributionFinder
    from types import ModuleType

NAME = "bottleneck"
SOURCE = Path(__file__).parent / NAME / "__init__.py"
#: The same with NumPy's scalars.
NUMPY_SCALARS = SOURCE.with_name("numpy_scalars.py")
VARIABLE = "UNCORK_AS_BOTTLENECK"

#: Modules that look for Bottleneck once, as they are imported, and the name under which
#: they keep what they found: it, None or something else in its place. What they return
#: has the dtype of a reduction's result, so they are given NumPy's scalars: Python's
#: numbers would make float64 of float32 (pydata/xarray#6876).
KEEPERS = {
    "pandas.core.nanops": "bn",
    "xarray.core.nputils": "bn",
}


class Finder:
    """What is in `sys.meta_path` as long as we are enabled."""

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None = None,
        target: ModuleType | None = None,
    ) -> ModuleSpec | None:
        """The package; its submodules are then found along its path."""
        if fullname in KEEPERS:
            return _find_keeper(fullname, path, target)
        if fullname != NAME:
            return None
        folder = str(SOURCE.parent)
        return spec_from_file_location(
            NAME, SOURCE, submodule_search_locations=[folder]
        )

    def find_distributions(
        self, context: DistributionFinder.Context
    ) -> list[Distribution]:
        """Answer for `importlib.metadata.version("bottleneck")`."""
        if (context.name or "").lower() != NAME:
            return []
        from uncork.bottleneck.metadata import Metadata

        return [Metadata()]


class KeeperLoader:
    """The loader of one of KEEPERS, which finds NumPy's scalars."""

    def __init__(self, loader: Loader) -> None:
        self._loader = loader

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)

    def exec_module(self, module: ModuleType) -> None:
        with _keepers:
            self._loader.exec_module(module)


class Keepers:
    """While some of KEEPERS are executed, `import bottleneck` gives NumPy's scalars.

    To all: who imports has no name that could be asked for. No lock is held meanwhile,
    as importing waits for locks of its own.
    """

    def __init__(self) -> None:
        self._count = 0
        self._before: ModuleType | None = None

    def __enter__(self) -> None:
        numpy_scalars = import_module("uncork.bottleneck.numpy_scalars")
        with _lock:
            self._count += 1
            if self._count == 1:
                self._before = sys.modules.get(NAME)
            if _finder in sys.meta_path:
                sys.modules[NAME] = numpy_scalars

    def __exit__(self, *_error: object) -> None:
        with _lock:
            self._count -= 1
            if self._count or not _is_at(NUMPY_SCALARS, sys.modules.get(NAME)):
                return
            del sys.modules[NAME]
            if self._before:
                sys.modules[NAME] = self._before


class Enabled:
    """What a call of `enable` did; at the end of a `with`, that is undone.

    Unless somebody else has enabled it, too, before or meanwhile, in whatever thread.
    """

    def __init__(self, *, before: bool) -> None:
        self._before = before

    def __repr__(self) -> str:
        if self._before:
            return "<uncork.enable: nothing done, it was enabled before>"
        installed = PathFinder.find_spec(NAME)
        other = installed.origin if installed else "Bottleneck, which is not installed"
        return f"<uncork.enable: import bottleneck gives uncork, instead of {other}>"

    def __enter__(self) -> Enabled:
        return self

    def __exit__(self, *_error: object) -> None:
        with _lock:
            used = self in _users
            _users.discard(self)
            if used and not _users:
                _remove()


def _find_keeper(
    name: str, path: Sequence[str] | None, target: ModuleType | None
) -> ModuleSpec | None:
    """As it is found without us, but for its loader."""
    others = [finder for finder in sys.meta_path if finder is not _finder]
    found = (finder.find_spec(name, path, target) for finder in others)
    spec = next((spec for spec in found if spec), None)
    if spec and spec.loader:
        spec.loader = cast("Loader", KeeperLoader(spec.loader))
    return spec


_finder = Finder()
_keepers = Keepers()
_lock = threading.Lock()
#: Who has enabled it, and has not left its `with`.
_users: set[Enabled] = set()


def enable() -> Enabled:
    """Let `import bottleneck` give `uncork.bottleneck` from now on.

    So that pandas, xarray and whatever else imports Bottleneck use Uncork, whether or
    not Bottleneck is installed. Call it before they are imported: they look once. The
    reductions that they find return NumPy's scalars, for what pandas and xarray make of
    them to have the dtype that it has without Bottleneck; those of all others return
    Python's numbers, as Bottleneck's do.
    The environment variable ``UNCORK_AS_BOTTLENECK=1`` does the same as soon as
    `uncork` is imported; a program that never imports it is run by
    ``python -m uncork.enable SCRIPT`` or ``python -m uncork.enable -m MODULE``.

    Returns
    -------
    Enabled
        Says what was done, and is a context manager at whose end it is undone, unless
        somebody else has enabled it, too: before, meanwhile, or in another thread.

    Raises
    ------
    RuntimeError
        If it comes too late: Bottleneck has been imported, or pandas or xarray have,
        and keep what they found.

    Examples
    --------
    >>> with uncork.enable():
    ...     import bottleneck
    ...     bottleneck.nansum is uncork.nansum
    True
    """
    with _lock:
        before = _finder in sys.meta_path
        if not before:
            _refuse_if_late()
            sys.meta_path.insert(0, _finder)
        user = Enabled(before=before)
        _users.add(user)
    return user


def disable() -> None:
    """Let `import bottleneck` give Bottleneck again; the opposite of `enable`.

    Modules that have imported it meanwhile keep Uncork. Where it is not enabled,
    nothing happens.
    """
    with _lock:
        _users.clear()
        _remove()


def _remove() -> None:
    if _finder in sys.meta_path:
        sys.meta_path.remove(_finder)
    if _is_ours(sys.modules.get(NAME)):
        # A copy, as other threads may import.
        for name in list(sys.modules):
            if name.split(".")[0] == NAME:
                sys.modules.pop(name, None)


def enable_by_environment() -> None:
    """Do as the environment variable says."""
    value = os.environ.get(VARIABLE, "0")
    if value not in {"0", "1"}:
        msg = f'{VARIABLE} must be 0 or 1, got "{value}"'
        raise ValueError(msg)
    if value == "1":
        enable()


def _refuse_if_late() -> None:
    found = {
        keeper: getattr(sys.modules[keeper], name)
        for keeper, name in KEEPERS.items()
        if hasattr(sys.modules.get(keeper), name)
    }
    if NAME in sys.modules:
        found[NAME] = sys.modules[NAME]
    late = [name for name, module in found.items() if not _is_ours(module)]
    if late:
        msg = (
            f"too late to put uncork in bottleneck's place: {', '.join(late)} imported"
            f" already. Call uncork.enable(), or import uncork with {VARIABLE}=1,"
            " before anything imports bottleneck, pandas or xarray"
        )
        raise RuntimeError(msg)


def namespace() -> ModuleType:
    """What `import bottleneck` gives to most, or its like where we are not enabled."""
    found = sys.modules.get(NAME)
    if found and _is_at(SOURCE, found):
        return found
    return import_module("uncork.bottleneck")


def _is_ours(module: object) -> bool:
    return _is_at(SOURCE, module) or _is_at(NUMPY_SCALARS, module)


def _is_at(source: Path, module: object) -> bool:
    return getattr(module, "__file__", None) == str(source)
