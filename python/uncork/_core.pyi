"""NaN-aware statistics over NumPy arrays, in Rust."""
