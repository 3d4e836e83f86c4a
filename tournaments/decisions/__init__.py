"""What staff decide about tournaments and the seats in them."""
