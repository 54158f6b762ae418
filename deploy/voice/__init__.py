"""The tool for packs of clips: makes them with espeak-ng, and checks any."""
