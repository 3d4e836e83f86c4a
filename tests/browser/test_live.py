"""The live page in a browser, beside a real web service, worker and stream."""

import os
import secrets
from contextlib import ExitStack, contextmanager
from decimal import Decimal

import pytest
from django.db import connection
from django.utils import timezone

from tests.factories.tournaments import ParticipantFactory, TournamentFactory
from tests.instants import z
from tests.live.provider import body, client, deliver
from tests.live.server import STREAM, free_port, passable_folder, production, running, url_of
from tests.live.streaming import hide, say, speak
from tests.live.test_worker import worker

pytestmark = pytest.mark.django_db(transaction=True)
SECRET = secrets.token_urlsafe(32)


@contextmanager
def services():
    """Run all three on the database of the test; return the address of the web service."""
    url = url_of(os.environ["DATABASE_URL"], connection.settings_dict["NAME"])
    environment = production(url, DAYRADE_INGEST_SECRETS=SECRET, DJANGO_SETTINGS_MODULE=SETTINGS)
    with ExitStack() as stack:
        folder = stack.enter_context(passable_folder())
        stream = stack.enter_context(running(environment, folder / "stream", service=STREAM))
        environment |= {"STREAM_URL": stream.url}
        web = stack.enter_context(running(environment, folder / "web"))
        stack.enter_context(worker(environment, folder / "worker"))
        yield web.url


SETTINGS = "tests.live.found"


def trade(number, seat, price):
    return {
        "zimtra_trade_id": f"T{number}",
        "zimtra_account_id": seat.zimtra_account_id,
        "symbol": "AAPL",
        "side": "sell" if number % 2 else "buy",
        "quantity": 100,
        "price": price,
        "executed_at": z(timezone.now()),
    }


def test_page_follows_trades_talk_and_commentary(transactional_db, chromium):
    tournament = TournamentFactory(active=True, name="Spring Cup", slug="spring-cup")
    ada, bob = (
        ParticipantFactory(tournament=tournament, user__username=name) for name in ("ada", "bob")
    )
    troublesome = []
    with services() as url, client(url) as provider:
        context = chromium.new_context(base_url=url, viewport={"width": 390, "height": 844})
        page = context.new_page()
        page.on("console", lambda message: troublesome.append(message.text))
        page.on("pageerror", lambda error: troublesome.append(str(error)))
        page.goto("/live/spring-cup")
        page.wait_for_selector("#connection:text-is('live')")

        batch = [trade(0, bob, "100.0000"), trade(1, bob, "110.0000")]
        deliver(provider, body(batch, "spring-cup"), SECRET).raise_for_status()
        page.wait_for_selector("#board tr:first-child:has-text('bob'):has-text('1000.00')")
        batch = [trade(2, ada, "100.0000"), trade(3, ada, "130.0000")]
        deliver(provider, body(batch, "spring-cup"), SECRET).raise_for_status()
        page.wait_for_selector("#board tr:first-child:has-text('ada'):has-text('3000.00')")

        message = say(tournament, message_text="<b>What</b> a day", user=bob.user)
        page.wait_for_selector("#chat li:has-text('<b>What</b> a day')")
        hide(message)
        page.wait_for_selector("#chat li", state="detached")
        speak(tournament, commentary_text="Ada takes the lead")
        page.wait_for_selector("#commentary li:has-text('Ada takes the lead')")

        wide = page.evaluate("document.documentElement.scrollWidth")
        told = page.inner_text("#status")
        context.close()

    assert (wide, told) == (390, "active")
    assert Decimal("3000.00") == ada.tournament.participants.get(pk=ada.pk).total_pnl
    assert troublesome == []


def test_page_of_no_tournament_is_a_page(anonymous):
    answer = anonymous.get("/live/nowhere", headers={"Accept": "text/html"})

    assert (answer.status_code, answer["Content-Type"]) == (404, "text/html; charset=utf-8")


def test_page_trusts_nothing_but_its_own_files(anonymous):
    TournamentFactory(active=True, name="<script>alert(1)</script>", slug="cup")

    answer = anonymous.get("/live/cup")

    page = answer.content.decode()
    assert "<script>alert" not in page
    assert page.count("<script") == page.count('<script src="/static/dayrade/live.js"') == 1
    assert "'unsafe-inline'" not in answer["Content-Security-Policy"].split("style-src")[0]


def test_page_follows_the_stream_over_its_restart(transactional_db, chromium):
    tournament = TournamentFactory(active=True, slug="cup")
    url = url_of(os.environ["DATABASE_URL"], connection.settings_dict["NAME"])
    port = free_port()
    environment = production(
        url, STREAM_URL=f"http://127.0.0.1:{port}", DJANGO_SETTINGS_MODULE=SETTINGS
    )
    with (
        passable_folder() as folder,
        running(environment, folder / "web") as web,
    ):
        page = chromium.new_page(base_url=web.url)
        with running(environment, folder / "stream", service=STREAM, port=port):
            page.goto("/live/cup")
            page.wait_for_selector("#connection:text-is('live')")
            say(tournament, message_text="before")
            page.wait_for_selector("#chat li:has-text('before')")
        page.wait_for_selector("#connection:text-is('reconnecting')")
        say(tournament, message_text="meanwhile")
        with running(environment, folder / "stream", service=STREAM, port=port):
            page.wait_for_selector("#chat li:has-text('meanwhile')")
            said = page.locator("#chat li").all_inner_texts()
        page.close()

    assert len(said) == 2
