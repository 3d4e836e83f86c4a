"""Tournaments and the seats in them."""
