"""Chips: one set of the steel study's micrographs, on which every model trains and is judged."""
