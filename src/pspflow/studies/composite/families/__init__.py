"""Families of structures: networks of one tested on another, and what decoders make of each."""
