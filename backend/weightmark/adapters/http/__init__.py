"""What all clients of HTTP share: URLs that may hold secrets, connections, and deadlines."""
