"""The endpoints of the platform's own records."""
