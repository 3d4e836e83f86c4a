"""The ledger: trades, positions and performance over time."""
