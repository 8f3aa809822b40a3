"""The outside world: files, chains, keys and what this machine remembers."""
