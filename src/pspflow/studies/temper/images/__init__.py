"""Simulated micrographs of specimens in three tempers."""
