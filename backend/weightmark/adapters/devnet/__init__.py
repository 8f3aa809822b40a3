"""A node on this machine: npm's anvil, in the background."""
