"""What a run is doing, read from the files that it writes: no lock, no scheduler needed."""
