"""What the product carries, measured: `make bench` writes docs/benchmarks.md."""
