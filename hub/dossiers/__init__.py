"""Dossiers: what the e-one-stop system knows of them, and who may ask how often."""
