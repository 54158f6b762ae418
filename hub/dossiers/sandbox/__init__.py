"""A sandbox e-one-stop system: a real server over generated dossiers, with faults by switch."""
