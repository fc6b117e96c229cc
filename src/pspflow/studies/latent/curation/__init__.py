"""Micrographs of a database with its metadata table: which are used, at one scale, in crops."""
