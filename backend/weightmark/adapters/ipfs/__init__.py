"""Blocks of IPFS on the disks of this machine."""
