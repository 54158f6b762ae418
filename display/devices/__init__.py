"""The display's loudspeaker."""
