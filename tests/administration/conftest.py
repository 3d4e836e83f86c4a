"""A sealed audit log."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from administration import chain
from tests.factories.administration import AuditLogFactory


@pytest.fixture
def sealed():
    """Seal five rows, a minute apart, and return them in their order."""
    rows = [
        AuditLogFactory(
            old_values={"name": f"A{minute}"},
            new_values={"name": f"B{minute}", "email": "ada@example.com"},
            changes={"reason": "Sponsor"},
            created_at=timezone.now() - timedelta(hours=3, minutes=-minute),
        )
        for minute in range(5)
    ]
    assert chain.seal() == 5
    return rows


@pytest.fixture
def heads(sealed, tmp_path):
    file = tmp_path / "heads"
    call_command("export_audit_head", file=file)
    return file
