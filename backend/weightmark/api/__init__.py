"""The web API: look-ups over HTTP, for programs."""
