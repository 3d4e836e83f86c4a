"""The platform's own records: configuration, audit, migrations."""
