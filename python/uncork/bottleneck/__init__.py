"""The namespace of Bottleneck 1.6, with Uncork's functions.

    import uncork.bottleneck as bn

What says `import bottleneck` gets the same after `uncork.enable()`.
"""

import uncork

from . import slow as slow
from .functions import bench as bench
from .functions import bench_detailed as bench_detailed
from .functions import get_functions as get_functions
from .functions import test as test
from .move import *  # noqa: F403, the names are there
from .nonreduce import *  # noqa: F403
from .nonreduce_axis import *  # noqa: F403
from .reduce import *  # noqa: F403

#: Bottleneck's, as pandas asks for a least one; behind it, whose functions they are.
__version__ = f"1.6.0+uncork.{uncork.__version__}"
