"""What Weightmark keeps on this machine: keys, trust, records and locks."""
