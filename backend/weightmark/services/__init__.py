"""The procedures: what Weightmark does, on top of the ports."""
