"""The namespace of Bottleneck, with NumPy's scalars instead of Python's numbers.

What pandas and xarray find after `uncork.enable()`: where there is no Bottleneck they
call NumPy's functions, and keep the dtype of what these return.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import uncork
from uncork import _dropin

from . import *  # noqa: F403, the names are there
from . import __path__ as __path__
from . import __version__ as __version__
from .functions import KINDS

if TYPE_CHECKING:
    from collections.abc import Callable


def _of_numpy(name: str) -> Callable[..., Any]:
    @functools.wraps(getattr(uncork, name))
    def reduction(*args: Any, **kwargs: Any) -> Any:
        # Who replaces a function in `bottleneck`, as tests do, replaces this one.
        function = getattr(_dropin.namespace(), name)
        result = function(*args, **kwargs, out=...)
        return result if result.ndim else result[()]

    return reduction


globals().update((name, _of_numpy(name)) for name in KINDS["reduce"])
