"""What the studies leave out of the tests' configuration, so that schedulers get through it."""

FEW = {
    "temper": {"flows": {"seeds": 1}},
    "composite": {
        "structures": {
            "simulated": {"large_pair": {"edge_voxels": None}, "families": {"names": []}},
            "split": {"runs": 1},
        },
        "trials": {
            kind: {"networks": []} for kind in ("curve", "search", "latent", "components", "spread")
        },
        "design": {"held_out": None},
        "forward": {"models": {"c11": ["mixture_statistics", "cnn"]}},
        "inverse": {"models": {"c11": ["mixture_statistics"]}},
        "localization": {"models": {"strain": ["fno"], "stress": []}},
    },
    "texture": {
        "loop": {"arms": ["full", "random", "active"], "starts": 1},
        "plasticity": {"shards": 1},
    },
    "steel": {"codes": {"models": ["vq"]}},
    "arena": {"models": {"use": ["autoencoder"]}},
}
