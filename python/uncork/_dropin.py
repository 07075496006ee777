"""`import bottleneck` gives `uncork.bottleneck`, for those who ask for it."""

from __future__ import annotations

import os
import sys
import threading
from importlib.machinery import PathFinder
from importlib.util import spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from importlib.metadata import Distribution, DistributionFinder
    from types import ModuleType

NAME = "bottleneck"
SOURCE = Path(__file__).parent / NAME / "__init__.py"
VARIABLE = "UNCORK_AS_BOTTLENECK"

#: Modules that look for Bottleneck once, as they are imported, and the name under which
#: they keep what they found: it, None or something else in its place.
KEEPERS = {
    "pandas.core.nanops": "bn",
    "xarray.core.nputils": "bn",
}


class Finder:
    """What is in `sys.meta_path` as long as we are enabled."""

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None = None,  # noqa: ARG002, what Python passes
        target: ModuleType | None = None,  # noqa: ARG002
    ) -> ModuleSpec | None:
        """The package; its submodules are then found along its path."""
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


_finder = Finder()
_lock = threading.Lock()
#: Who has enabled it, and has not left its `with`.
_users: set[Enabled] = set()


def enable() -> Enabled:
    """Let `import bottleneck` give `uncork.bottleneck` from now on.

    So that pandas, xarray and whatever else imports Bottleneck use Uncork, whether or
    not Bottleneck is installed. Call it before they are imported: they look once.
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


def _is_ours(module: object) -> bool:
    return getattr(module, "__file__", None) == str(SOURCE)
