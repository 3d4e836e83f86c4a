"""The arena in a browser, beside a real web service, worker and stream."""

import json
import os
import secrets
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from decimal import Decimal

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.db import connection
from django.utils import timezone

from comms.models import ChatMessage
from comms.services import moderation
from tests.factories.accounts import UserFactory, UserSessionFactory
from tests.factories.comms import ChatMessageFactory, CommentaryFactory
from tests.factories.market import EconomicEventFactory
from tests.factories.tournaments import ParticipantFactory, TournamentFactory
from tests.factories.trading import PerformanceSnapshotFactory
from tests.instants import z
from tests.live.provider import body, client, deliver
from tests.live.server import (
    STREAM,
    free_port,
    passable_folder,
    production,
    running,
    url_of,
    working,
)
from tests.live.streaming import hide, move, say, speak
from tests.trading.boards import seat

pytestmark = pytest.mark.django_db(transaction=True)
SECRET = secrets.token_urlsafe(32)
SETTINGS = "tests.live.found"
PHONE = {"viewport": {"width": 390, "height": 844}}


@contextmanager
def services(*, with_worker=False):
    """Run the services on the database of the test; return the address of the web service."""
    url = url_of(os.environ["DATABASE_URL"], connection.settings_dict["NAME"])
    key = secrets.token_urlsafe(50)
    environment = production(
        url, SECRET_KEY=key, DAYRADE_INGEST_SECRETS=SECRET, DJANGO_SETTINGS_MODULE=SETTINGS
    )
    with ExitStack() as stack:
        folder = stack.enter_context(passable_folder())
        stream = stack.enter_context(running(environment, folder / "stream", service=STREAM))
        environment |= {"STREAM_URL": stream.url}
        web = stack.enter_context(running(environment, folder / "web"))
        if with_worker:
            stack.enter_context(working(environment, folder / "worker"))
        yield web.url


@contextmanager
def opened(chromium, url, **options):
    """Open a window, and fail if anything goes wrong in it."""
    context = chromium.new_context(base_url=url, **options)
    page = context.new_page()
    heard = []
    page.on("console", lambda message: heard.append(message.text))
    page.on("pageerror", lambda error: heard.append(str(error)))
    yield page
    context.close()
    assert heard == []


def sign_in(page, user):
    """Leave a session in the browser as the sign-in does."""
    token = secrets.token_urlsafe(32)
    UserSessionFactory(user=user, token=token)
    person = {"id": str(user.pk), "username": user.username}
    held = json.dumps({"session_token": token, "refresh_token": "none", "user": person})
    page.add_init_script(f"localStorage.setItem('dayrade.session', {json.dumps(held)})")


def live(page):
    page.wait_for_selector("#connection[data-state=live]")


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
    with (
        services(with_worker=True) as url,
        client(url) as provider,
        opened(chromium, url, **PHONE) as page,
    ):
        page.goto("/live/spring-cup")
        live(page)

        batch = [trade(0, bob, "100.0000"), trade(1, bob, "110.0000")]
        deliver(provider, body(batch, "spring-cup"), SECRET).raise_for_status()
        page.wait_for_selector("#board tr:first-child:has-text('bob'):has-text('+1,000.00')")
        batch = [trade(2, ada, "100.0000"), trade(3, ada, "130.0000")]
        deliver(provider, body(batch, "spring-cup"), SECRET).raise_for_status()
        page.wait_for_selector("#board tr:first-child:has-text('ada'):has-text('+3,000.00')")
        page.wait_for_selector("#board tr:first-child .moved:has-text('up 1')")
        page.wait_for_selector("#announced:text-is('ada takes the lead.')", state="attached")

        message = say(tournament, message_text="<b>What</b> a day", user=bob.user)
        page.wait_for_selector("#chat-box li:has-text('<b>What</b> a day')")
        hide(message)
        page.wait_for_selector("#chat-box li", state="detached")
        speak(tournament, commentary_text="Ada takes the lead")
        page.wait_for_selector("#commentary li:has-text('Ada takes the lead')")

        wide = page.evaluate("document.documentElement.scrollWidth")
        told = page.inner_text("#status")

    assert (wide, told) == (390, "Active")
    assert Decimal("3000.00") == tournament.participants.get(pk=ada.pk).total_pnl


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
            page.goto("/tournaments/cup")
            live(page)
            say(tournament, message_text="before")
            page.wait_for_selector("#chat-box li:has-text('before')")
        page.wait_for_selector("#connection:text-is('Reconnecting')")
        say(tournament, message_text="meanwhile")
        with running(environment, folder / "stream", service=STREAM, port=port):
            page.wait_for_selector("#chat-box li:has-text('meanwhile')")
            said = page.locator("#chat-box li").count()
        page.close()

    assert said == 2


def test_spectator_chats_edits_deletes_and_is_hidden(transactional_db, chromium):
    tournament = TournamentFactory(active=True, slug="cup")
    one = seat(tournament, "ada", "5.00", current_rank=1)
    other = ChatMessageFactory(tournament=tournament, user__username="bob")
    own = "#chat-box li:has-text('ada')"
    with services() as url, opened(chromium, url, **PHONE) as page:
        sign_in(page, one.user)
        page.goto("/tournaments/cup")
        live(page)
        page.wait_for_selector("#own:has-text('rank 1'):has-text('+5.00')")

        page.fill("#say textarea", "Good <b>luck</b>")
        page.press("#say textarea", "Enter")
        page.wait_for_selector(f"{own}:has-text('Good <b>luck</b>')")
        assert page.input_value("#say textarea") == ""

        page.click(f"{own} button:has-text('Edit')")
        page.fill(f"{own} textarea", "Good luck everybody")
        page.click(f"{own} button:has-text('Save')")
        page.wait_for_selector(f"{own}:has-text('Good luck everybody')")

        page.click(f"{own} button:has-text('Delete')")
        page.click(f"{own} form button:has-text('Delete')")
        page.wait_for_selector(own, state="detached")

        page.click("#chat-box li:has-text('bob') button:has-text('Report')")
        page.select_option("#chat-box form select", "scam")
        page.click("#chat-box form button:has-text('Report')")
        page.wait_for_selector("#chat-box [role=status]:has-text('Reported')")

        page.fill("#say textarea", "Buy my signals")
        page.click("#say button")
        page.wait_for_selector(f"{own}:has-text('Buy my signals')")
        message = ChatMessage.objects.get(message_text="Buy my signals")
        page.fill("#say textarea", "A draft")
        moderation.hide(actor=UserFactory(moderator=True), message=message, reason="Spam")
        page.wait_for_selector(own, state="detached")
        page.reload()
        draft = page.input_value("#say textarea")

    kept = tournament.chat_messages.filter(user=one.user).order_by("created_at")
    assert list(kept.values_list("message_text", "is_moderated")) == [
        ("Good luck everybody", True),
        ("Buy my signals", True),
    ]
    assert [report.reason for report in other.reports.all()] == ["scam"]
    assert draft == "A draft"


def followed(page, link):
    """Click, and wait for the page that this leads to."""
    with page.expect_navigation():
        page.click(link)


def test_spectator_follows_the_curve_of_a_competitor(transactional_db, chromium):
    tournament = TournamentFactory(active=True, slug="cup")
    one = seat(tournament, "ada", "5.00")

    def keep(minutes, total):
        PerformanceSnapshotFactory(
            participant=one,
            data_source="dayrade",
            recorded_at=timezone.now() - timedelta(minutes=minutes),
            total_pnl=total,
            realized_pnl=total,
        )

    for minutes in range(5):
        keep(9 - minutes, minutes)
    with services() as url, opened(chromium, url) as page:
        page.goto("/tournaments/cup")
        # The script takes the board over from the server's page, links and all.
        live(page)
        followed(page, "#board a:text-is('ada')")
        page.wait_for_selector("#curve[data-points='5']")
        live(page)

        keep(1, 77)
        move(one, 77)
        page.wait_for_selector("[data-gain=total_pnl]:text-is('+77.00')")
        page.wait_for_selector("#curve[data-points='6']")
        page.click("nav a:text-is('Hour')")
        page.wait_for_selector("#curve[data-points='6']")


def test_spectator_without_scripts_reads_board_and_calendar(open_browser):
    tournament = TournamentFactory(active=True, slug="cup")
    for number in range(21):
        seat(tournament, f"person-{number:02}", f"{100 - number}.00")
    EconomicEventFactory(name="Payrolls")
    EconomicEventFactory(name="Zew", country="Germany")
    browser = open_browser(java_script_enabled=False)

    page = browser.visit("/")
    followed(page, "h3 a")
    shown = page.locator("#board tr").count()
    followed(page, "text=Next")
    last = page.inner_text("#board")
    followed(page, "nav >> text=Calendar")
    page.click("summary")
    page.fill("input[name=country]", "germany")
    followed(page, "text=Show")
    found = page.inner_text("tbody")

    assert (shown, "person-20" in last) == (20, True)
    assert ["Zew" in found, "Payrolls" in found] == [True, False]
    assert browser.problems == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_fit_a_phone_and_have_no_barriers(transactional_db, chromium, scheme):
    tournament = TournamentFactory(
        active=True, slug="cup", name="Cup" * 20, rules={"trades_public": True}
    )
    one = seat(tournament, "a" * 50, "-1234567.00", user__country="United Kingdom", trades=3)
    TournamentFactory(status="cancelled")
    TournamentFactory(open=True)
    ChatMessageFactory(tournament=tournament, user=one.user, message_text="w" * 1000)
    CommentaryFactory(tournament=tournament, audio_url="/static/dayrade/none.mp3")
    EconomicEventFactory(name="Payrolls" * 20, affected_symbols=["AAPL"] * 40)
    PerformanceSnapshotFactory(participant=one, data_source="dayrade")
    paths = [
        "/",
        "/?status=active",
        "/tournaments/cup",
        "/tournaments/cup?search=a",
        f"/tournaments/cup/competitors/{one.pk}",
        "/calendar?country=x",
        "/calendar",
        "/nowhere",
    ]
    found = {}
    with services() as url:
        context = chromium.new_context(base_url=url, color_scheme=scheme, **PHONE)
        page = context.new_page()
        sign_in(page, one.user)
        for path in paths:
            page.goto(path)
            page.wait_for_selector("body[data-signed-in=true]")
            if "#connection" in path or "/tournaments/" in path:
                live(page)
            wide = page.evaluate("document.documentElement.scrollWidth")
            barriers = [
                (each["id"], [node["target"] for node in each["nodes"]])
                for each in Axe().run(page).response["violations"]
            ]
            found[path] = (wide, barriers)
        context.close()

    assert found == dict.fromkeys(paths, (390, []))
