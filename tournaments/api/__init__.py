"""The endpoints of tournaments and seats."""
