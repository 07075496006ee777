"""Functions that leave one value of each lane."""

from uncork import allnan as allnan
from uncork import anynan as anynan
from uncork import median as median
from uncork import nanargmax as nanargmax
from uncork import nanargmin as nanargmin
from uncork import nanmax as nanmax
from uncork import nanmean as nanmean
from uncork import nanmedian as nanmedian
from uncork import nanmin as nanmin
from uncork import nanstd as nanstd
from uncork import nansum as nansum
from uncork import nanvar as nanvar
from uncork import ss as ss
