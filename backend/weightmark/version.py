"""The version of this package, in one place for the build and the programs."""

__version__ = "0.1.0"
