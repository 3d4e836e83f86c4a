"""What people and staff do with tournaments and seats; one module for each part of a life."""
