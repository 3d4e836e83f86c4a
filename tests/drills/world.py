"""A database with something in every table, made in a process of the product's."""

import os

from tests.factories.world import FACTORIES, row_of

# What the chain proves is not made up.
PROVEN = ("administration.auditlog", "administration.auditseal")
TOKEN = "provider.token"
JOBS = """
    INSERT INTO procrastinate_workers DEFAULT VALUES;
    INSERT INTO procrastinate_periodic_defers (task_name, defer_timestamp, job_id)
    SELECT task_name, 1, id FROM procrastinate_jobs LIMIT 1
"""


def fill():
    """Put something into the tables that the demo leaves empty."""
    from django.apps import apps  # noqa: PLC0415  # after django.setup()
    from django.conf import settings  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415

    from administration import chain, vault  # noqa: PLC0415
    from administration.models import SystemConfiguration  # noqa: PLC0415
    from dayrade import jobs  # noqa: PLC0415
    from dayrade.models import IdempotencyKey, RateLimit  # noqa: PLC0415

    # Ours gives way to whatever else is going on, and turns people away on a busy machine.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    for label in FACTORIES:
        if label not in PROVEN and not apps.get_model(label).objects.exists():
            row_of(label)
    SystemConfiguration.objects.create(
        key=TOKEN,
        category="provider",
        is_sensitive=True,
        value=vault.sealed(TOKEN, os.environ["PLAIN"]),
    )
    IdempotencyKey.objects.create(principal="x", key="y", request_hash="z", status_code=201)
    RateLimit.objects.create(key="k", window_ends_at="2999-01-01T00:00:00Z", count=1)
    jobs.app.configure_task("administration.log_head").defer(timestamp=0)
    with connection.cursor() as cursor:
        cursor.execute(JOBS)
    chain.seal()
