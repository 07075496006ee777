"""NaN-aware statistics over NumPy arrays."""
