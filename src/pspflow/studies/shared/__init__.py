"""What several studies share: chapters that exist once, and the report."""
