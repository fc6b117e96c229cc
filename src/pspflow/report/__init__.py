"""The HTML report and the plot style that all studies share."""
