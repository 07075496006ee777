"""`uncork.slow`, where Bottleneck has its own."""

from uncork.slow import *  # noqa: F403, its names, whichever they are
