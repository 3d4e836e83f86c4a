"""The moderation desk in a browser: single keys, two moderators, and what goes wrong."""

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from django.utils import timezone

from accounts.models import User, UserSession
from comms.models import ChatMessage, ChatReport, Mute
from comms.services import moderation
from tests.factories.accounts import PASSWORD, UserFactory
from tests.factories.comms import ChatMessageFactory, ChatReportFactory
from tests.factories.tournaments import ParticipantFactory, TournamentFactory
from tests.threads import until

WIDE = {"viewport": {"width": 1440, "height": 900}}
PHONE = {"viewport": {"width": 390, "height": 844}}
XSS = "<img src=x onerror=\"document.title='taken'\"><script>document.title='taken'</script>"
BESIDE = "#mod-detail h3:has-text('Who speaks')"
CURRENT = "[role=option][aria-current=true]"


@pytest.fixture
def room():
    return TournamentFactory(active=True, name=f"Spring {XSS}")


@pytest.fixture
def messages(room):
    """Return three messages, the newest first; the last one is reported."""
    said = [
        ChatMessageFactory(
            tournament=room,
            user=UserFactory(username=name),
            message_text=f"Hello of {name}",
            created_at=timezone.now() - timedelta(minutes=minutes),
        )
        for minutes, name in enumerate(("ann", "bob", "eve"), start=1)
    ]
    ChatReportFactory(message=said[2], reason="spam", comment=XSS)
    return said


@pytest.fixture
def desk_of(open_browser):
    """Return a function that opens the desk to somebody, with its first message selected."""

    def opened(person, *, query="", is_deaf=False, **options):
        browser = open_browser(**(options or WIDE))
        browser.sign_in(person)
        if is_deaf:
            browser.page.route("**/news/**", lambda route: route.abort())
        browser.visit(reverse("admin:moderation") + query)
        browser.page.wait_for_selector(CURRENT)
        browser.page.wait_for_selector(BESIDE, state="attached")
        return browser

    return opened


def moderator(username):
    return UserFactory(moderator=True, username=username)


def barriers(page):
    found = Axe().run(page, context="#moderation").response["violations"]
    return [each["id"] for each in found if each["impact"] in {"serious", "critical"}]


def fits(page):
    return page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)


def current(page):
    return page.inner_text(f"{CURRENT} .mod-text")


def answer_of(route):
    return route.fetch().json()


def outcome(page, text):
    page.wait_for_selector(f"#mod-outcome:has-text('{text}')")


@pytest.mark.parametrize("options", [WIDE, WIDE | {"color_scheme": "dark"}], ids=["light", "dark"])
def test_moderator_hides_by_keys_alone(desk_of, messages, options):
    desk = desk_of(moderator("ada"), **options)
    page = desk.page
    first, seen = current(page), barriers(page)

    press(page, "h")
    page.wait_for_selector("#mod-dialog[open]")
    asked = barriers(page)
    press(page, "2", "Enter")
    outcome(page, "Hidden.")

    message = ChatMessage.objects.get(pk=messages[2].pk)
    assert (message.is_moderated, message.moderation_reason) == (True, "Advertising or spam")
    assert (first, current(page)) == ("Hello of eve", "Hello of ann")
    assert page.evaluate("document.activeElement.matches('[role=option][aria-current=true]')")
    assert "Hidden by ada" in page.inner_text(f"[data-id='{message.pk}']")
    assert (seen, asked, fits(page)) == ([], [], True)
    assert desk.problems == []


def test_moderator_types_a_reason_and_no_key_counts_meanwhile(desk_of, messages):
    desk = desk_of(moderator("ada"))
    page = desk.page

    press(page, "j", "d", "h")
    page.click("#mod-confirm")
    said = page.wait_for_selector("#mod-dialog [role=alert]").inner_text()
    page.keyboard.type("jjhx 12")
    press(page, "Enter")
    outcome(page, "Hidden.")

    assert said.strip() == "Give a reason."
    hidden = ChatMessage.objects.get(is_moderated=True)
    assert (hidden.pk, hidden.moderation_reason) == (messages[0].pk, "jjhx 12")
    assert desk.problems == []


def test_two_moderators_do_not_overwrite_each_other(desk_of, messages):
    ada, cleo = desk_of(moderator("ada")), desk_of(moderator("cleo"))
    press(ada.page, "h")
    ada.page.wait_for_selector("#mod-dialog[open]")
    ada.page.fill("#mod-reason", "My own words")

    press(cleo.page, "h", "1", "Enter")
    outcome(cleo.page, "Hidden.")
    ada.page.wait_for_selector(
        f"[data-id='{messages[2].pk}']:has-text('Hidden by cleo')", timeout=2000
    )
    outcome(ada.page, "cleo hid a message of eve: Insult")
    ada.page.wait_for_selector("#mod-dialog [role=alert]:has-text('cleo hid a message of eve')")
    with ada.page.expect_response("**/acts/") as answered:
        ada.page.click("#mod-confirm")
    ada.page.wait_for_selector("#mod-dialog [role=alert]:has-text('hidden by cleo at')")
    said = ada.page.inner_text("#mod-dialog [role=alert]")

    assert answered.value.status == 409
    assert said.strip().endswith("UTC: Insult")
    assert ada.page.input_value("#mod-reason") == "My own words"
    assert ChatMessage.objects.get(pk=messages[2].pk).moderation_reason == "Insult"
    assert cleo.problems == []


def test_second_moderator_is_told_before_the_news_arrive(desk_of, messages):
    ada, cleo = desk_of(moderator("ada"), is_deaf=True), moderator("cleo")
    page = ada.page
    moderation.hide(actor=cleo, message=messages[2], reason="Scam")
    moderation.restore(actor=cleo, message=messages[2], reason="Harmless")

    press(page, "h", "1", "Enter")
    said = page.wait_for_selector("#mod-dialog [role=alert]").inner_text()
    page.click("#mod-confirm")
    outcome(page, "Hidden.")

    assert "shown again by cleo" in said
    assert "Harmless" in said
    assert ChatMessage.objects.get(pk=messages[2].pk).moderation_reason == "Insult"


def test_what_is_read_under_the_dialog_does_not_count_as_told(desk_of, messages):
    desk, cleo = desk_of(moderator("ada"), is_deaf=True), moderator("cleo")
    page, held = desk.page, []
    page.route("**/moderation/messages/**", lambda route: held.append(route))  # noqa: PLW0108
    press(page, "j")
    page.wait_for_selector(f"{CURRENT} >> text=Hello of ann")
    until(lambda: page.evaluate("true") and held)
    moderation.hide(actor=cleo, message=messages[0], reason="Scam")
    moderation.restore(actor=cleo, message=messages[0], reason="Harmless")

    press(page, "h")
    held[0].continue_()
    page.wait_for_selector(BESIDE, state="attached")
    press(page, "1", "Enter")
    said = page.wait_for_selector("#mod-dialog [role=alert]").inner_text()

    assert "shown again by cleo" in said
    assert not ChatMessage.objects.filter(is_moderated=True).exists()


def test_slow_answer_leaves_the_next_dialog_alone(desk_of, messages):
    desk = desk_of(moderator("ada"))
    page, held = desk.page, []
    page.route("**/moderation/acts/", lambda route: held.append(route))  # noqa: PLW0108
    press(page, "h", "2", "Enter", "Escape")
    page.wait_for_selector("#mod-dialog:not(:has(form))", state="attached")
    press(page, "j", "h")
    page.wait_for_selector("#mod-dialog[open] >> text=Hello of ann")

    held[0].continue_()
    outcome(page, "Hidden.")

    assert page.locator("#mod-dialog[open] >> text=Hello of ann").count() == 1
    assert ChatMessage.objects.get(is_moderated=True) == messages[2]
    assert desk.problems == []


def test_dialog_outlives_its_message_in_the_queue(desk_of, messages):
    desk = desk_of(moderator("ada"))
    page = desk.page
    page.route("**/news/**", lambda route: route.fulfill(json=answer_of(route) | {"stale": True}))
    press(page, "h")
    page.wait_for_selector("#mod-dialog[open]")
    ChatReport.objects.all().delete()
    page.wait_for_selector(".mod-row.reported", state="detached")

    press(page, "2", "Enter")
    outcome(page, "Hidden.")

    assert ChatMessage.objects.get(is_moderated=True) == messages[2]
    assert desk.problems == []


def test_moderator_hides_many_with_one_reason(desk_of, messages):
    desk = desk_of(moderator("ada"), query="?view=newest")
    page = desk.page

    press(page, "x", "j", "x", "h")
    page.wait_for_selector("#mod-asked:has-text('2 messages')")
    press(page, "3", "Enter")
    outcome(page, "Hidden: 2 messages")

    hidden = ChatMessage.objects.filter(is_moderated=True)
    assert set(hidden.values_list("pk", "moderation_reason")) == {
        (messages[0].pk, "Scam or fraud"),
        (messages[1].pk, "Scam or fraud"),
    }
    assert current(page) == "Hello of eve"
    assert page.locator("[aria-selected=true]").count() == 0
    assert desk.problems == []


def test_moderator_mutes_and_shows_a_message_again(desk_of, messages):
    moderation.hide(actor=moderator("cleo"), message=messages[0], reason="Scam")
    desk = desk_of(moderator("ada"), query="?view=hidden")
    page = desk.page

    press(page, "m")
    page.select_option("[name=minutes]", "1440")
    page.click("#mod-dialog >> text=Goes on after a warning")
    press(page, "Enter")
    outcome(page, "Muted.")
    page.wait_for_selector("text=muted until")
    press(page, "r", "1", "Enter")
    outcome(page, "Shown again.")

    mute = Mute.objects.get()
    assert (mute.user.username, mute.ends_at - mute.muted_at) == ("ann", timedelta(days=1))
    assert mute.reason == "Goes on after a warning"
    assert not ChatMessage.objects.filter(is_moderated=True).exists()
    assert desk.problems == []


def test_moderator_cannot_suspend_staff(desk_of, room):
    boss = UserFactory(admin=True, username="boss")
    for user in (boss, UserFactory(username="ann")):
        ChatMessageFactory(tournament=room, user=user)
    desk = desk_of(moderator("ada"))
    page = desk.page
    page.click("[role=option]:has-text('boss')")
    page.wait_for_selector("h2:has-text('boss')")
    offered = page.locator(".mod-acts [data-act]").all_inner_texts()

    press(page, "s")
    outcome(page, "Suspend: this cannot be done here.")
    page.click("[role=option]:has-text('ann')")
    press(page, "s", "2", "Enter")
    outcome(page, "Suspended.")

    assert [text.split()[0] for text in offered] == ["Hide"]
    assert set(User.objects.filter(is_suspended=True).values_list("username", flat=True)) == {"ann"}
    assert desk.problems == []


def test_text_from_outside_is_shown_as_text(desk_of, room):
    ada = moderator("ada")
    seat = ParticipantFactory(tournament=room)
    message = ChatMessageFactory(tournament=room, user=seat.user, message_text=XSS)
    ChatReportFactory(message=message, comment=XSS)
    earlier = ChatMessageFactory(tournament=room, user=seat.user, message_text=XSS)
    moderation.hide(actor=moderator("cleo"), message=earlier, reason=XSS)
    desk = desk_of(ada)
    page = desk.page

    press(page, "h")
    page.fill("#mod-reason", XSS)
    press(page, "Enter")
    outcome(page, "Hidden.")
    page.wait_for_selector("[role=option] >> text=Hidden by ada")
    page.wait_for_selector("#mod-detail h3:has-text('Around it')")

    assert page.title().startswith("Moderation")
    assert page.locator("#moderation img, #moderation script").count() == 0
    # The text, the room, the reason and the comment.
    assert page.inner_text("#mod-queue").count(XSS) >= 4
    assert page.inner_text("#mod-detail").count(XSS) >= 3
    assert desk.problems == []


def test_what_is_new_waits_until_it_is_asked_for(desk_of, messages, room):
    desk = desk_of(moderator("ada"))
    page = desk.page
    press(page, "j", "j")
    before = page.locator("[role=option]").all_inner_texts()

    ChatMessageFactory(tournament=room, message_text="Just said")
    ChatReportFactory(message=ChatMessageFactory(tournament=room, message_text="Bad"))
    page.wait_for_selector("#mod-fresh:has-text('2 new, 1 newly reported')")
    after, still = page.locator("[role=option]").all_inner_texts(), current(page)
    press(page, "n")
    page.wait_for_selector("[role=option]:has-text('Just said')")

    assert (after, still, current(page)) == (before, "Hello of bob", "Hello of bob")
    assert "Bad" in page.inner_text("[role=group][aria-label=Reported]")
    assert page.locator("#mod-fresh button").count() == 0
    assert desk.problems == []


def test_no_reason_is_lost_when_something_goes_wrong(desk_of, messages):
    ada = moderator("ada")
    desk = desk_of(ada)
    page = desk.page
    press(page, "h")
    page.fill("#mod-reason", "A long reason")

    page.route("**/acts/", lambda route: route.abort())
    page.click("#mod-confirm")
    away = page.wait_for_selector("#mod-dialog [role=alert]").inner_text()
    page.unroute("**/acts/")
    UserSession.objects.all().revoke()
    page.click("#mod-confirm")
    page.wait_for_selector("#mod-dialog [role=alert] a")
    other = desk.context.new_page()
    other.goto("/admin/")
    other.fill("input[name=username]", ada.email)
    other.fill("input[name=password]", PASSWORD)
    other.click("button[type=submit]")
    other.wait_for_url("**/admin/")
    page.click("#mod-confirm")
    outcome(page, "Hidden.")

    assert away.strip() == "The server does not answer."
    assert ChatMessage.objects.get(is_moderated=True).moderation_reason == "A long reason"


@pytest.mark.parametrize(
    "options", [PHONE, PHONE | {"color_scheme": "dark"}], ids=["light", "dark"]
)
def test_desk_is_usable_with_a_phone(desk_of, messages, options):
    desk = desk_of(moderator("ada"), **options)
    page = desk.page
    listed = (fits(page), barriers(page))

    page.click("[role=option]:has-text('Hello of ann')")
    page.wait_for_selector("h2:has-text('ann')")
    alone = (fits(page), barriers(page))
    page.click(".mod-acts [data-act=hide]")
    page.click("#mod-dialog >> text=Insult")
    page.click("#mod-confirm")
    outcome(page, "Hidden.")
    page.wait_for_selector("h2:has-text('bob')")
    page.click(".mod-back")

    assert page.locator(CURRENT).is_visible()
    assert (listed, alone) == ((True, []), (True, []))
    assert until(lambda: ChatMessage.objects.get(is_moderated=True).pk == messages[0].pk)
    assert desk.problems == []
