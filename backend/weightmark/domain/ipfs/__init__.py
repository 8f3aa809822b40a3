"""Files and directories as IPFS addresses them: UnixFS nodes, and CAR files that carry them."""
