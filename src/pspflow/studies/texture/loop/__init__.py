"""Forward and inverse models in a loop that chooses what is observed next."""
