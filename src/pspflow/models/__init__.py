"""One file a published model: torch modules without file access."""
