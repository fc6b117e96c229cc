"""Stages of the chapter evaluation."""
