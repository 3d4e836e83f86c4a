"""How dates, times and numbers are written, beside Django's own ways."""
