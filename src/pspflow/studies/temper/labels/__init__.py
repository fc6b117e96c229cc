"""Labels: how well real chips predict process parameters and properties of their specimen."""
