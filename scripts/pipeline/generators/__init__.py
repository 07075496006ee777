"""What writes files of the repository from others; generate.py runs them."""
