"""What people and staff do with accounts; one module for each part of a life."""
