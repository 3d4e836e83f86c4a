"""What must hold when things break: crashes, outages, attacks, restores, migrations under way."""
