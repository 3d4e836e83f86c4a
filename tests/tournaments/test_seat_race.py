"""However many race for the last places, exactly as many get in as there are."""

import hashlib
import os
import random
import secrets
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import psycopg
import pytest
from django.db import connection
from psycopg.rows import scalar_row

from accounts.models import User
from dayrade.errors import ConflictError
from tests.factories.accounts import UserFactory
from tests.factories.tournaments import TournamentFactory
from tests.live.server import database, manage, passable_folder, production, running
from tournaments.models import Participant
from tournaments.services import seats

PLACES, PEOPLE, TRIES, ROUNDS = 100, 500, 3, 20
THREADS = 16
LOST = {"TOURNAMENT_FULL", "ALREADY_REGISTERED"}


def raced(tournament, users):
    """Let threads, each on a connection of its own, take every attempt, and count the outcomes.

    The tries of one person stand side by side: they fall to threads that make them together.
    """
    attempts = [user for user in users for _ in range(TRIES)]
    together = Barrier(THREADS)

    def work(mine):
        outcomes = Counter()
        together.wait()
        try:
            for user in mine:
                try:
                    seats.register(tournament=tournament, user=user)
                except ConflictError as error:
                    outcomes[error.code] += 1
                else:
                    outcomes["seated"] += 1
        finally:
            connection.close()
        return outcomes

    with ThreadPoolExecutor(THREADS) as pool:
        shares = [attempts[first::THREADS] for first in range(THREADS)]
        return sum(pool.map(work, shares), Counter())


@pytest.mark.django_db(transaction=True)
def test_places_are_neither_oversold_nor_left_over():
    users = User.objects.bulk_create(UserFactory.build_batch(PEOPLE, approved=True))
    random_order = random.Random(1)

    for _ in range(ROUNDS):
        tournament = TournamentFactory(max_participants=PLACES)
        random_order.shuffle(users)
        outcomes = raced(tournament, users)

        taken = Participant.objects.filter(tournament=tournament, is_active=True)
        tournament.refresh_from_db()
        assert outcomes.total() == PEOPLE * TRIES
        assert outcomes["seated"] == PLACES
        assert set(outcomes) == {"seated", *LOST}
        assert tournament.current_participants == PLACES
        assert taken.count() == taken.values("user").distinct().count() == PLACES


@pytest.fixture
def crowd():
    """A live server on a database of its own, and the tokens of people who may register."""
    with (
        passable_folder() as folder,
        database(os.environ["DATABASE_URL"], f"dayrade_race_{os.getpid()}") as url,
    ):
        environment = production(url, LOG_LEVEL="WARNING")
        manage(environment, "migrate", "-v0")
        tokens = [secrets.token_urlsafe(32) for _ in range(150)]
        hashes = [hashlib.sha256(token.encode()).hexdigest() for token in tokens]
        with psycopg.connect(url, row_factory=scalar_row, autocommit=True) as observer:
            observer.execute(
                "WITH people AS (INSERT INTO users (email, username, password_hash, kyc_status,"
                " kyc_approved_at, email_verified, email_verified_at)"
                " SELECT 'p' || n || '@example.com', 'person' || n, '!', 'approved', now(), true,"
                " now() FROM generate_series(1, cardinality(%(tokens)s::text[])) n"
                " RETURNING id, username)"
                " INSERT INTO user_sessions (user_id, session_token, refresh_token, expires_at)"
                " SELECT id, token, md5(token) || md5(username), now() + interval '1 hour'"
                " FROM people JOIN unnest(%(tokens)s::text[]) WITH ORDINALITY t (token, n)"
                " ON username = 'person' || n",
                {"tokens": hashes},
            )
            with running(environment, folder / "log") as live:
                yield live, observer, tokens


def test_race_over_http_has_no_other_answer(crowd):
    live, observer, tokens = crowd
    observer.execute(
        "INSERT INTO tournaments (name, slug, division, status, max_participants,"
        " registration_open_date, registration_close_date, start_date, end_date)"
        " VALUES ('Hot', 'hot', 'elevator', 'registration_open', 30, now() - interval '1 day',"
        " now() + interval '1 day', now() + interval '2 days', now() + interval '3 days')"
    )
    attempts = [token for token in tokens for _ in range(TRIES)]

    def work(mine):
        with live.client() as client:
            answers = [
                client.post(
                    "/api/v1/tournaments/hot/registration",
                    headers={"Authorization": f"Bearer {token}"},
                )
                for token in mine
            ]
        return Counter((each.status_code, each.json().get("error")) for each in answers)

    with ThreadPoolExecutor(THREADS) as pool:
        shares = [attempts[first::THREADS] for first in range(THREADS)]
        outcomes = sum(pool.map(work, shares), Counter())

    assert outcomes[201, None] == 30
    assert outcomes.total() == len(attempts)
    assert set(outcomes) == {(201, None), *((409, code) for code in LOST)}
    taken = observer.execute("SELECT count(DISTINCT user_id) FROM tournament_participants")
    counted = observer.execute("SELECT current_participants FROM tournaments")
    assert (taken.fetchone(), counted.fetchone()) == (30, 30)
