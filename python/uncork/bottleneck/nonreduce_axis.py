"""Functions that give one value for each value of a lane."""

from uncork import argpartition as argpartition
from uncork import nanrankdata as nanrankdata
from uncork import partition as partition
from uncork import push as push
from uncork import rankdata as rankdata
