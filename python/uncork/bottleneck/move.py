"""Functions of a moving window."""

from uncork import move_argmax as move_argmax
from uncork import move_argmin as move_argmin
from uncork import move_max as move_max
from uncork import move_mean as move_mean
from uncork import move_median as move_median
from uncork import move_min as move_min
from uncork import move_rank as move_rank
from uncork import move_std as move_std
from uncork import move_sum as move_sum
from uncork import move_var as move_var
