"""The outside world: printers."""
