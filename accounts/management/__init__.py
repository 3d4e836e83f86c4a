"""What is done to accounts from a shell."""
