"""Pages of the back office about a whole tournament: its board, and its data as files."""
