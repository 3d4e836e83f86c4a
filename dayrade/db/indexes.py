"""Indexes with the specification's names."""

from django.db import models


class Index(models.Index):
    """An index whose name may have the 63 characters PostgreSQL allows, not Django's 30."""

    max_name_length = 63
