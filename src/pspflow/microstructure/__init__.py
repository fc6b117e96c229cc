"""Image sets: the catalogue of micrographs, rescaling, splits, chips; descriptors of structures."""
