"""Junk for everything that takes bytes from outside: `make fuzz`."""
