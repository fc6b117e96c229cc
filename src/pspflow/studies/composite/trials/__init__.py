"""Trials: trainings in which one thing varies, beside the main ones."""
