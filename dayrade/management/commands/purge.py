"""`manage.py purge`: forget what has had its time."""

from typing import Any

from django.core.management.base import BaseCommand

from dayrade.privacy import retention


class Command(BaseCommand):
    """Deletes what dayrade.privacy.retention says is over."""

    help = "Delete expired idempotency keys, rate limits and sessions."

    def handle(self, *args: Any, **options: Any) -> None:
        """Delete, and say how much."""
        for rule in retention.RULES:
            self.stdout.write(f"Deleted {retention.purge(rule):,} {rule.name}.")
