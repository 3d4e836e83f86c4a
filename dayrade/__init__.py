"""Dayrade: the back end of live day-trading tournaments."""
