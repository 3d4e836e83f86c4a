"""Django's PostgreSQL backend with the specification's foreign keys and a slow-query log."""
