"""A new project: a configuration for a user's own sheet, guessed from what the sheet holds."""
