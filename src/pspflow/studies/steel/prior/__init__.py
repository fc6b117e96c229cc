"""PixelCNN: the distribution of codes under conditions."""
