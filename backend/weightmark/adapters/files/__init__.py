"""Artifacts on disk: what counts as one, how its bytes are read, what is kept beside it."""
