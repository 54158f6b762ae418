"""What every program of the hall speaks: messages, ids, errors, and the link to the hub."""
