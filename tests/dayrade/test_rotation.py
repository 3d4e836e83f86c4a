"""While a secret is exchanged the old and the new one hold together; the page says how for each.

What providers sign and send is tested beside the providers, links, refresh tokens and
authenticators with the accounts, and the configuration's keys with its vault.
"""

import re
from pathlib import Path

import pytest
from django.conf import settings as project
from django.http import Http404

from dayrade.environment import Environment
from dayrade.stream import tickets
from dayrade.telemetry.views import require_reader
from tests.drills.documented import section
from tests.factories.accounts import UserFactory, UserSessionFactory
from tests.factories.tournaments import TournamentFactory
from tests.live.server import manage, production

VARIABLE = re.compile(r"^([A-Z_]*(?:KEYS?|SECRETS?|TOKEN|DATABASE_URL)[A-Z_]*)=", re.MULTILINE)
ANOTHER = "another key of the platform, as long as it should be"
GOOD = "a token of thirty-two characters or more"


@pytest.fixture
def exchange(settings):
    """Return a function that makes another SECRET_KEY the first, with the old one or without."""

    def do(*, kept):
        settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY] if kept else []
        settings.SECRET_KEY = ANOTHER

    return do


@pytest.mark.django_db
@pytest.mark.parametrize(("kept", "status"), [(True, 200), (False, 302)])
def test_cookie_of_staff_is_good_as_long_as_its_key(client, exchange, kept, status):
    client.force_login(UserFactory(admin=True))

    exchange(kept=kept)

    assert client.get("/admin/").status_code == status


@pytest.mark.django_db
@pytest.mark.parametrize("kept", [True, False])
def test_ticket_of_the_stream_is_good_as_long_as_its_key(exchange, kept):
    session, tournament = UserSessionFactory(), TournamentFactory()
    ticket = tickets.issued(session_id=session.pk, tournament_id=tournament.pk)

    exchange(kept=kept)

    found = tickets.session_of(ticket, tournament_id=tournament.pk)
    assert found == (session if kept else None)


@pytest.mark.parametrize("sent", ["new", "old"])
def test_prometheus_may_send_either_token(settings, sent):
    settings.METRICS_TOKEN, settings.METRICS_FALLBACKS = "new", ["old"]

    require_reader(f"Bearer {sent}")


@pytest.mark.parametrize(("token", "sent"), [("new", "older"), ("new", ""), ("", ""), ("", "old")])
def test_no_other_token_reads_figures(settings, token, sent):
    settings.METRICS_TOKEN, settings.METRICS_FALLBACKS = token, ["old"] if token else []

    with pytest.raises(Http404):
        require_reader(f"Bearer {sent}")


@pytest.mark.parametrize(
    ("said", "read"),
    [("", [""]), ("new", ["new"]), ("new,old,older", ["new", "old", "older"]), ("new,", ["new"])],
)
def test_secrets_are_separated_by_commas(monkeypatch, said, read):
    monkeypatch.setenv("DAYRADE_OF_A_TEST", said)

    assert Environment().several("DAYRADE_OF_A_TEST") == read


@pytest.mark.parametrize("name", ["METRICS_TOKEN", "BREVO_WEBHOOK_SECRET", "VAPID_PRIVATE_KEY"])
def test_secret_behind_the_first_has_to_be_one_too(name):
    first = "A" * 43 if name == "VAPID_PRIVATE_KEY" else GOOD
    environment = production("postgresql:///unused", **{name: f"{first},short"})

    done = manage(environment, "check", check=False)

    assert done.stderr.startswith(f"Dayrade cannot start: {name} is not a")


def test_page_says_of_every_secret_how_it_is_exchanged():
    secrets = VARIABLE.findall((Path(project.BASE_DIR) / ".env.example").read_text())

    named = set(re.findall(r"`([A-Z_]+)`", section("Keys")))

    assert len(secrets) > 12
    assert set(secrets) - named == set()
