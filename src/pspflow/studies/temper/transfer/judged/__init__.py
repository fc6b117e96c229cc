"""How kinds of trainings compare: effects, spread, ranking, copies."""
