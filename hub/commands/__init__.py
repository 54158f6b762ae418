"""The commands of `motcua-hub`, a module for each kind; hub.__main__ puts them together."""
