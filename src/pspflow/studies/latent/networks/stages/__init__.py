"""Stages of the chapter networks."""
