"""Commands for people: simulated microstructures and samples of trained networks."""
