"""The market's calendar: economic events."""
