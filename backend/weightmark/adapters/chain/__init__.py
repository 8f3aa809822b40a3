"""Chains: over JSON-RPC, and embedded in one file."""
