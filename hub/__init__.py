"""The hub: it owns the queue's truth and tells every screen about it."""
