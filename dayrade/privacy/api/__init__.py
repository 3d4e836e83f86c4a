"""What people may do with what is held about them."""
