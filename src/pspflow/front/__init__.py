"""The front page of a run: every study in a few lines, gathered from what lies in its folder."""
