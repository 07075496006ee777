"""Functions that give one value for each value of a lane."""

from uncork import argpartition, nanrankdata, partition, push, rankdata

__all__ = ["argpartition", "nanrankdata", "partition", "push", "rankdata"]
