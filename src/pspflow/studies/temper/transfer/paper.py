"""What the temper paper says of labels of transferred chips (section 4.2, Figure 5)."""

HIGHEST = ("as_extruded", "t5")
"""Direction of the highest accuracy."""
ABOVE_CHANCE = ("as_extruded", "t6")
"""Direction that is above chance without regularisation."""
NEAR_CHANCE = (("t5", "as_extruded"), ("t6", "as_extruded"))
"""Directions around or below chance."""
