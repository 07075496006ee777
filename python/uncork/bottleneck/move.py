"""Functions of a moving window."""

from uncork import move_max, move_mean, move_min, move_sum

__all__ = ["move_max", "move_mean", "move_min", "move_sum"]
