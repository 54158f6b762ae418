"""A whole hall on one machine: what `make run` shows, and what journeys and benches stand on."""
