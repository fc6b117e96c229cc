"""One package a published study: its options, stages, measures and figures."""
