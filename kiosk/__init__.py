"""The kiosk: a citizen takes a number here."""
