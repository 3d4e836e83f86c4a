"""The world that is attacked, made once."""

import pytest


@pytest.fixture(scope="session")
def target(django_db_setup, django_db_blocker):
    """A database with something behind every address, of which each attack takes a copy."""
    from tests.drills.targets import world_to_attack  # noqa: PLC0415  # after django.setup()

    with django_db_blocker.unblock(), world_to_attack() as made:
        yield made
