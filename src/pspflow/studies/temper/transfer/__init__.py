"""Transfer: chips transferred between the domains, their plausibility and their labels."""
