"""Sending transactions over JSON-RPC: each is carried out once, whatever happens on the way."""
