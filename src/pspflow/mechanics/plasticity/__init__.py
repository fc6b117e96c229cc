"""Plasticity of textures: slip in crystals that share one strain rate (Taylor).

From tensors and slip systems to grains in blocks (`grains`), the sums over them (`kernel`), one
direction of tension (`newton`), many directions (`tension`), and what is asked of a texture:
`parameters`, `batch`, `in_plane`, `taylor`.
"""
