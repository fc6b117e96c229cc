"""Stages of the chapter, one module each."""
