"""Finds the jobs that were given up among all that wait."""

from django.db import migrations

from dayrade.db.operations import LiveSQL


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("dayrade", "0003_add_events"),
        ("procrastinate", "0041_post_retry_failed_job"),
    ]

    operations = [
        LiveSQL(
            [
                "DROP INDEX CONCURRENTLY IF EXISTS dayrade_jobs_failed",
                "CREATE INDEX CONCURRENTLY dayrade_jobs_failed ON procrastinate_jobs (id)"
                " WHERE status = 'failed'",
            ],
            "DROP INDEX CONCURRENTLY IF EXISTS dayrade_jobs_failed",
        ),
    ]
