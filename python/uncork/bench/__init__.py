"""How fast the functions are beside other packages' on this machine.

    python -m uncork.bench --quick

The functions are the package's public ones and the cells follow from their signatures,
so that a new function is benchmarked without a further line. `cases` says what is
measured, `peers` against what, `timing` how; `report` and `page` show it.
"""
