"""What is done with talk."""
