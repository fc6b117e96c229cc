"""Commands that every study has."""
