"""The append-only record of all that happened, and the stores that keep it."""
