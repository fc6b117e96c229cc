"""Stages of the chapter measures."""
