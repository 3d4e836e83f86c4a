"""Booking, valuing and proving the ledger; one module for each of them."""
