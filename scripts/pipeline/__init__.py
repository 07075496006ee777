"""What the stages share; it imports none of them.

A stage starts on a bare Python, so that `attestation`, `gates`, `report`, `index`,
`local_index` and `upload`, which use packages, are imported in the stage's body, after
`toolenv.enter()`. The others import nothing but the standard library.
"""

import sys

# Here, because every stage comes through here before anything that an older Python
# does not have; the standard library reads TOML since 3.11.
if sys.version_info < (3, 11):  # noqa: UP036  (for those who have an older one)
    sys.exit(
        "error: Python "
        + sys.version.split()[0]
        + " is too old, 3.11 is needed: install a newer one, e.g. from"
        + " https://python.org or `uv python install`, and start me with that"
    )
