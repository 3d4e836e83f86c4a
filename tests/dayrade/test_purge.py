"""Purging deletes what has had its time, and nothing else."""

import io
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.utils import timezone

from dayrade.models import IdempotencyKey, RateLimit

pytestmark = pytest.mark.django_db


def test_purge_deletes_what_has_expired():
    now = timezone.now()
    for name, age in (("old", timedelta(hours=25)), ("young", timedelta(hours=23))):
        key = IdempotencyKey.objects.create(
            principal="somebody", key=name, request_hash="0" * 64, status_code=201
        )
        IdempotencyKey.objects.filter(pk=key.pk).update(created_at=now - age)
        RateLimit.objects.create(key=name, count=1, window_ends_at=now + timedelta(hours=24) - age)
        Session.objects.create(
            session_key=name, session_data="", expire_date=now + timedelta(hours=24) - age
        )
    out = io.StringIO()

    call_command("purge", stdout=out)

    assert out.getvalue() == "Deleted 1 idempotency keys and 1 rate limits.\n"
    assert [key.key for key in IdempotencyKey.objects.all()] == ["young"]
    assert [limit.key for limit in RateLimit.objects.all()] == ["young"]
    assert [session.pk for session in Session.objects.all()] == ["young"]
