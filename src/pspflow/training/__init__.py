"""Training of models: seeds, data order, the loop with checkpoints and resume, history."""
