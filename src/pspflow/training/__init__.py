"""Loops that train models: seeds, data order, checkpoints, resume, history."""
