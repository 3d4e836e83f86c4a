"""`manage.py purge`: forget what has had its time."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

from dayrade.models import IdempotencyKey, RateLimit


class Command(BaseCommand):
    """Deletes expired idempotency keys, ended windows of rate limits, and sessions of the admin."""

    help = "Delete expired idempotency keys, rate limits and sessions of the back office."

    def handle(self, *args: Any, **options: Any) -> None:
        """Delete, and say how much."""
        keys, _ = IdempotencyKey.objects.expired().delete()
        limits, _ = RateLimit.objects.ended().delete()
        call_command("clearsessions")
        self.stdout.write(f"Deleted {keys} idempotency keys and {limits} rate limits.")
