"""Many cells of one shape solved together: what a GPU needs to be busy."""
