"""What the studies leave out of the tests' configuration, so that schedulers get through it."""

FEW = {
    "temper": {"flows": {"seeds": 1}},
    "composite": {
        "structures": {"split": {"runs": 1}},
        "forward": {"models": {"c11": ["mixture_statistics", "cnn"]}},
        "inverse": {"models": {"c11": ["mixture_statistics"]}},
        "localization": {"models": ["fno"]},
    },
    "texture": {
        "loop": {"arms": ["full", "random", "active"], "starts": 1},
        "plasticity": {"shards": 1},
    },
    "steel": {"codes": {"models": ["vq"]}},
}
