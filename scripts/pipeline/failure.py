"""What ends a stage in words; below everything else."""


class Failure(Exception):  # noqa: N818  (no mistake of the program)
    """A stage cannot go on; the message is for the person in front of it."""
