"""Persistence images: the topology of every chip as an image of fixed size."""
