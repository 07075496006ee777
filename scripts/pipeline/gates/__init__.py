"""The gates of the audit: each reads the bytes of one file and prevents one accident.

A gate is a small function in `GATES`; its docstring says which accident it is for.
It yields a `Finding` for everything that is wrong, and nothing where all is well.
What belongs to one gate is not judged by another, so that a failure has one name;
tests/pipeline/test_gates.py breaks each thing and demands exactly that.
"""
