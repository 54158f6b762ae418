"""Making, showing and serving a hall: set-up, demonstration, voice clips, system services."""
