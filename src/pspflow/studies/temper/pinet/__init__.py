"""PI-Net: a network that approximates persistence images."""
