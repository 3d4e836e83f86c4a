"""The endpoints of talk."""
