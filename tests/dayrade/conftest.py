"""The world in which everybody is asked everything, made once for a module."""

import pytest

from tests.dayrade.principals import World


@pytest.fixture(scope="module")
def _world(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        made = World()
        yield made
        made.remove()


@pytest.fixture
def world(_world, db):
    """Ask, and change only what the end of the test undoes."""
    return _world
