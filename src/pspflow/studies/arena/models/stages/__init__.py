"""Stages of the chapter models."""
