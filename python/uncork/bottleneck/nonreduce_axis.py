"""Functions that leave each lane its length."""

__all__: list[str] = []
