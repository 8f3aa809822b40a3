"""Protocols that the services need and the adapters fulfil."""
