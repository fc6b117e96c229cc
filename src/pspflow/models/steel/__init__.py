"""Networks of the steel study: VQ-VAE and PixelCNN."""
