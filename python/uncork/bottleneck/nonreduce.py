"""Functions that work in place."""

from uncork import replace as replace
