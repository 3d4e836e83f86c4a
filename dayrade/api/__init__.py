"""What every endpoint shares: the one error shape, pages, keys and limits."""
