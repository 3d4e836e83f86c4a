"""What PostgreSQL needs to be told in Dayrade's own way."""
