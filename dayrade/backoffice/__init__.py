"""What the pages of the back office share: the menu, and the page on which everybody begins."""
