"""Functions that work in place."""

from uncork import replace

__all__ = ["replace"]
