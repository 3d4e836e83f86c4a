"""The pages of the back office about one person, and about everybody who is sanctioned."""
