"""The queue's rules, pure: no clock, no I/O, no asyncio. `now` is always passed in."""
