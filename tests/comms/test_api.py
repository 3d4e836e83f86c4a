"""Chat, commentary, notifications and the texts of e-mails over HTTP."""

import pytest
from django.utils import timezone

from administration.models import AuditLog
from comms.models import EmailTemplate, Notification
from tests.factories.accounts import UserFactory
from tests.factories.comms import (
    ChatMessageFactory,
    CommentaryFactory,
    EmailTemplateFactory,
    NotificationFactory,
)
from tests.factories.tournaments import TournamentFactory
from tests.instants import z

pytestmark = pytest.mark.django_db

NOTIFICATIONS = "/api/v1/notifications"
TEMPLATES = "/api/v1/email-templates"
LONG_AGO = "2020-01-01T00:00:00Z"
BODY = {"name": "welcome", "subject": "Hi", "content": "Hello\n", "template_type": "account"}


def chat_of(tournament):
    return f"/api/v1/tournaments/{tournament.slug}/chat"


def commentary_of(tournament):
    return f"/api/v1/tournaments/{tournament.slug}/commentary"


def page(*results):
    return {"next": None, "previous": None, "results": list(results)}


def message_shown(message):
    return {
        "id": str(message.pk),
        "tournament_id": str(message.tournament_id),
        "username": message.user.username,
        "avatar_url": None,
        "message_text": message.message_text,
        "message_type": "user_message",
        "created_at": z(message.created_at),
        "updated_at": z(message.updated_at),
    }


def test_chat_shows_what_is_not_hidden(anonymous):
    message = ChatMessageFactory()
    ChatMessageFactory(tournament=message.tournament, hidden=True)
    ChatMessageFactory()

    answer = anonymous.get(chat_of(message.tournament))

    assert answer.json() == page(message_shown(message))


def test_staff_see_what_is_hidden_and_why(client_of):
    message = ChatMessageFactory(hidden=True)

    answer = client_of(UserFactory(moderator=True)).get(chat_of(message.tournament))

    moderation = {
        "user_id": str(message.user_id),
        "is_moderated": True,
        "moderation_reason": "Abuse",
        "moderated_by": None,
        "moderated_at": z(message.moderated_at),
        "sentiment_score": None,
        "relevance_score": None,
    }
    assert answer.json() == page(message_shown(message) | moderation)


def test_author_does_not_see_ones_own_hidden_message(client_of):
    message = ChatMessageFactory(hidden=True)

    answer = client_of(message.user).get(chat_of(message.tournament))

    assert answer.json() == page()


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(
    ("factory", "address"), [(ChatMessageFactory, chat_of), (CommentaryFactory, commentary_of)]
)
def test_talk_takes_the_same_queries_for_any_number(
    anonymous, django_assert_num_queries, factory, address, rows
):
    tournament = TournamentFactory(active=True)
    factory.create_batch(rows, tournament=tournament)

    with django_assert_num_queries(2):
        answer = anonymous.get(address(tournament))

    assert len(answer.json()["results"]) == rows


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"message_type": "announcement"}, ["b"]),
        ({"message_type": "announcement,user_message"}, ["a", "b"]),
        ({"from": "2021-01-01T00:00:00Z"}, ["a"]),
        ({"to": "2021-01-01T00:00:00Z"}, ["b"]),
    ],
)
def test_chat_can_be_filtered(anonymous, query, found):
    tournament = ChatMessageFactory(message_text="a").tournament
    ChatMessageFactory(
        tournament=tournament,
        message_text="b",
        message_type="announcement",
        created_at=LONG_AGO,
    )

    answer = anonymous.get(chat_of(tournament), query)

    assert [row["message_text"] for row in answer.json()["results"]] == found


def line_shown(line):
    return {
        "id": str(line.pk),
        "tournament_id": str(line.tournament_id),
        "personality": "bull",
        "commentary_text": line.commentary_text,
        "trigger_event": None,
        "audio_url": None,
        "audio_duration": None,
        "played_at": line.played_at and z(line.played_at),
        "source": "manual",
        "priority": "medium",
        "created_at": z(line.created_at),
    }


def test_commentary_shows_what_has_been_played(anonymous):
    line = CommentaryFactory(trigger_data={"user": "ada"})
    CommentaryFactory(tournament=line.tournament, is_played=False, played_at=None)
    CommentaryFactory()

    answer = anonymous.get(commentary_of(line.tournament))

    assert answer.json() == page(line_shown(line))


def test_staff_see_what_is_to_come_and_what_it_rests_on(client_of):
    at, user = timezone.now(), UserFactory()
    line = CommentaryFactory(
        is_played=False,
        played_at=None,
        scheduled_at=at,
        trigger_data={"pnl": "1.00"},
        trigger_user=user,
    )

    answer = client_of(UserFactory(moderator=True)).get(commentary_of(line.tournament))

    facts = {
        "trigger_data": {"pnl": "1.00"},
        "trigger_user_id": str(user.pk),
        "scheduled_at": z(at),
        "is_played": False,
        "retracted_at": None,
        "retracted_by_id": None,
        "retraction_reason": None,
    }
    assert answer.json() == page(line_shown(line) | facts)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"personality": "bear"}, ["b"]),
        ({"source": "economic"}, ["b"]),
        ({"priority": "urgent"}, ["b"]),
        ({"priority": "urgent,medium"}, ["a", "b"]),
        ({"from": "2021-01-01T00:00:00Z"}, ["a"]),
        ({"to": "2021-01-01T00:00:00Z"}, ["b"]),
    ],
)
def test_commentary_can_be_filtered(anonymous, query, found):
    tournament = CommentaryFactory(commentary_text="a").tournament
    CommentaryFactory(
        tournament=tournament,
        commentary_text="b",
        personality="bear",
        source="economic",
        priority="urgent",
        created_at=LONG_AGO,
    )

    answer = anonymous.get(commentary_of(tournament), query)

    assert [row["commentary_text"] for row in answer.json()["results"]] == found


def notification_shown(notification):
    return {
        "id": str(notification.pk),
        "type": "tournament.started",
        "title": notification.title,
        "message": "It has begun.",
        "is_read": notification.is_read,
        "read_at": notification.read_at and z(notification.read_at),
        "priority": "medium",
        "channels": ["in_app"],
        "action_url": None,
        "action_label": None,
        "tournament_id": None,
        "trade_id": None,
        "created_at": z(notification.created_at),
    }


def test_notifications_are_ones_own(client_of):
    notification = NotificationFactory()
    NotificationFactory()

    answer = client_of(notification.user).get(NOTIFICATIONS)

    assert answer.json() == page(notification_shown(notification))


@pytest.mark.parametrize("rows", [1, 3])
def test_notifications_take_the_same_queries_for_any_number(
    client_of, django_assert_num_queries, rows
):
    user = UserFactory()
    client = client_of(user)
    NotificationFactory.create_batch(rows, user=user)

    with django_assert_num_queries(2):
        answer = client.get(NOTIFICATIONS)

    assert len(answer.json()["results"]) == rows


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"is_read": "true"}, ["b"]),
        ({"is_read": "false"}, ["a"]),
        ({"type": "kyc.approved"}, ["b"]),
        ({"priority": "urgent"}, ["b"]),
        ({"from": "2021-01-01T00:00:00Z"}, ["a"]),
        ({"to": "2021-01-01T00:00:00Z"}, ["b"]),
    ],
)
def test_notifications_can_be_filtered(client_of, query, found):
    user = NotificationFactory(title="a").user
    NotificationFactory(
        user=user,
        title="b",
        type="kyc.approved",
        priority="urgent",
        is_read=True,
        read_at=timezone.now(),
        created_at=LONG_AGO,
    )

    answer = client_of(user).get(NOTIFICATIONS, query)

    assert [row["title"] for row in answer.json()["results"]] == found


def test_unread_are_counted(client_of, django_assert_num_queries):
    user = UserFactory()
    client = client_of(user)
    NotificationFactory.create_batch(2, user=user)
    NotificationFactory(user=user, is_read=True, read_at=timezone.now())
    NotificationFactory()

    with django_assert_num_queries(2):
        answer = client.get(f"{NOTIFICATIONS}/unread-count")

    assert answer.json() == {"unread": 2}


def test_notification_is_read_once(client_of):
    notification = NotificationFactory()
    client = client_of(notification.user)

    first = client.post(f"{NOTIFICATIONS}/{notification.pk}/read")
    again = client.post(f"{NOTIFICATIONS}/{notification.pk}/read")

    notification.refresh_from_db()
    assert notification.is_read
    assert first.json() == again.json() == notification_shown(notification)


def test_another_persons_notification_is_not_found(client_of):
    notification = NotificationFactory()

    answer = client_of(UserFactory(admin=True)).post(f"{NOTIFICATIONS}/{notification.pk}/read")

    assert answer.status_code == 404
    notification.refresh_from_db()
    assert not notification.is_read


def test_everything_is_read_at_once_but_only_ones_own(client_of):
    user, other = UserFactory(), NotificationFactory()
    NotificationFactory.create_batch(2, user=user)

    answer = client_of(user).post(f"{NOTIFICATIONS}/read-all")

    assert answer.json() == {"marked_read": 2}
    assert list(Notification.objects.unread()) == [other]


def template_shown(template):
    return {
        "id": str(template.pk),
        "name": template.name,
        "subject": template.subject,
        "content": template.content,
        "template_type": template.template_type,
        "brevo_template_id": template.brevo_template_id,
        "variables": template.variables,
        "is_active": template.is_active,
        "created_at": z(template.created_at),
        "updated_at": z(template.updated_at),
    }


@pytest.fixture
def admin(client_of):
    return client_of(UserFactory(admin=True))


@pytest.mark.parametrize("rows", [1, 3])
def test_templates_take_the_same_queries_for_any_number(admin, django_assert_num_queries, rows):
    made = EmailTemplateFactory.create_batch(rows)

    with django_assert_num_queries(3):
        answer = admin.get(TEMPLATES)

    assert answer.json() == {
        "count": rows,
        "next": None,
        "previous": None,
        "results": [
            template_shown(template) for template in sorted(made, key=lambda made: made.name)
        ],
    }


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"template_type": "account"}, ["a"]),
        ({"is_active": "false"}, ["b"]),
        ({"search": "RESET"}, ["b"]),
        ({"ordering": "-name"}, ["b", "a"]),
        ({"ordering": "template_type"}, ["a", "b"]),
        ({"ordering": "created_at"}, ["b", "a"]),
        ({"ordering": "-updated_at,name"}, ["a", "b"]),
    ],
)
def test_templates_can_be_filtered_and_ordered(admin, query, found):
    EmailTemplateFactory(name="a")
    EmailTemplateFactory(
        name="b",
        subject="Reset it",
        template_type="password",
        is_active=False,
        created_at=LONG_AGO,
    )

    answer = admin.get(TEMPLATES, query)

    assert [row["name"] for row in answer.json()["results"]] == found


def test_template_is_created_shown_changed_and_removed(admin):
    created = admin.post(TEMPLATES, BODY | {"variables": ["first_name"], "brevo_template_id": 7})
    url = created["Location"]

    template = EmailTemplate.objects.get()
    assert (created.status_code, url) == (201, f"{TEMPLATES}/{template.pk}")
    assert created.json() == template_shown(template)
    assert admin.get(url).json() == created.json()

    changed = admin.patch(url, {"variables": None, "is_active": False})

    template.refresh_from_db()
    assert changed.json() == template_shown(template)
    assert (template.variables, template.is_active, template.subject) == (None, False, "Hi")

    removed = admin.delete(url)

    assert (removed.status_code, removed.content) == (204, b"")
    assert admin.get(url).status_code == 404
    assert admin.delete(url).status_code == 404
    actions = AuditLog.objects.filter(entity_type="email_templates").order_by("created_at")
    assert {entry.action for entry in actions} == {
        "email_template.create",
        "email_template.update",
        "email_template.delete",
    }


@pytest.mark.parametrize(
    ("change", "details"),
    [
        ({"name": None}, {"name": ["This field may not be null."]}),
        ({"subject": "a\nBcc: x"}, {"subject": ["Write it on one line."]}),
        ({"is_active": "yes"}, {"is_active": ["Must be true or false."]}),
        (
            {"brevo_template_id": 0},
            {"brevo_template_id": ["Ensure this value is greater than or equal to 1."]},
        ),
        ({"variables": ["A b"]}, {"variables": {"0": ["Use a name such as first_name."]}}),
        ({"variables": {"a": 1}}, {"variables": ['Expected a list of items but got type "dict".']}),
        ({"created_at": "x"}, {"created_at": ["This field is read-only."]}),
    ],
)
def test_template_refuses(admin, change, details):
    answer = admin.post(TEMPLATES, BODY | change)

    assert answer.status_code == 400
    assert answer.json()["details"] == details
    assert EmailTemplate.objects.count() == 0


def test_template_whose_name_is_taken_is_a_conflict(admin):
    EmailTemplateFactory(name="welcome")

    answer = admin.post(TEMPLATES, BODY)

    assert answer.status_code == 409
    assert answer.json()["error"] == "DUPLICATE_ENTRY"


def test_admin_previews_a_template(client_of):
    template = EmailTemplateFactory(subject="For {{ username }}")
    url = f"{TEMPLATES}/{template.pk}/preview"

    answer = client_of(UserFactory(admin=True)).post(url, {"variables": {"username": "<ada>"}})

    assert answer.status_code == 200
    shown = answer.json()
    assert (shown["subject"], shown["text"]) == ("For <ada>", "Hello <ada>")
    assert "<p>Hello &lt;ada&gt;</p>" in shown["html"]


def test_preview_without_its_values_is_refused(client_of):
    url = f"{TEMPLATES}/{EmailTemplateFactory().pk}/preview"

    answer = client_of(UserFactory(admin=True)).post(url, {})

    assert (answer.status_code, answer.json()["error"]) == (400, "VALIDATION_ERROR")
    assert answer.json()["details"] == {"variables": ["No value for: username."]}


def test_template_that_uses_what_it_does_not_declare_is_refused(client_of):
    body = BODY | {"content": "Hello {{ frist_name }}", "variables": ["first_name"]}

    answer = client_of(UserFactory(admin=True)).post(TEMPLATES, body)

    assert (answer.status_code, answer.json()["error"]) == (400, "VALIDATION_ERROR")
    assert answer.json()["details"] == {"content": ["Not declared in variables: frist_name."]}
