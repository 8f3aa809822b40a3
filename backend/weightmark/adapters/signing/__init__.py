"""Keys that sign and verify messages, in the shapes of `weightmark.ports.signing`."""
