"""What is held about people: which columns, for how long, its export and its erasure."""
