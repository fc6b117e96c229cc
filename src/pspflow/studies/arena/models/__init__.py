"""Models: networks trained on the shared chips, and the images that they make."""
