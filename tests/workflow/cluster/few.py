"""What the studies leave out of the tests' configuration, so that schedulers get through it."""

FEW = {
    "texture": {
        "loop": {"arms": ["full", "random", "active"], "starts": 1},
        "plasticity": {"shards": 1},
    },
    "steel": {"codes": {"models": ["vq"]}},
}
