"""The functions of the Python API, exported by `weightmark` itself.

Every error that they name is in `weightmark.errors`.
"""
