"""Models of the composite study alone: decoders of noise, and losses of statistics."""
