"""The endpoints of the calendar."""
