"""One file per published model: torch modules without file access."""
