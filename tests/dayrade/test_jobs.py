"""Jobs are as certain as the transaction that asks for them."""

import io
import socket
import traceback

import psycopg
import pytest
from django.core.mail import EmailMessage
from django.db import connection
from procrastinate.exceptions import TaskNotFound

from accounts.tasks import send_link
from comms.models import Notification
from dayrade import jobs, mail, notices
from dayrade.db.transactions import service
from tests.factories.accounts import UserFactory
from tests.wire import serving

pytestmark = pytest.mark.django_db


def waiting():
    with connection.cursor() as cursor:
        cursor.execute("SELECT task_name FROM procrastinate_jobs WHERE status = 'todo'")
        return [name for (name,) in cursor.fetchall()]


@service
def tell(user, **changes):
    values = {"type": "test.told", "title": "Told", "message": "You are told."}
    notices.notify(user=user, **values | changes)


def test_job_goes_with_its_transaction():
    @service
    def ask_and_fail():
        jobs.defer("comms.deliver", delivery_id="0")
        raise LookupError

    with pytest.raises(LookupError):
        ask_and_fail()

    assert waiting() == []


def test_job_needs_a_task():
    with pytest.raises(TaskNotFound):
        jobs.defer("comms.delivers", delivery_id="0")


def test_lost_queue_is_a_database_error():
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE procrastinate_jobs RENAME TO gone")

    with pytest.raises(psycopg.Error) as caught:
        jobs.defer("comms.deliver", delivery_id="0")

    assert caught.value.sqlstate == "42P01"


def test_notice_is_there_at_once_and_its_mail_soon(mailbox):
    user = UserFactory()

    tell(user, action_url="/kyc", priority="high")

    notification = Notification.objects.get()
    assert (notification.user, notification.title, notification.message) == (
        user,
        "Told",
        "You are told.",
    )
    assert (notification.action_url, notification.priority) == ("/kyc", "high")
    assert (notification.channels, notification.email_sent) == (["in_app", "email"], False)
    (sent,) = mailbox()
    assert (sent.subject, sent.body, sent.to) == (
        "Told",
        "You are told.\n\nMore: https://testserver/kyc",
        [user.email],
    )
    notification.refresh_from_db()
    assert notification.email_sent
    assert notification.email_sent_at is not None


@pytest.mark.parametrize(
    "person", [{"is_active": False}, {"email_verified": False, "email_verified_at": None}]
)
def test_no_mail_to_closed_or_unproven_addresses(mailbox, person):
    tell(UserFactory(**person))

    assert mailbox() == []


def test_mail_needs_a_way_out(settings, mailbox):
    settings.MAILERS = {"default": mail.mailer(brevo_api_key="", folder="", development=False)}
    user = UserFactory()

    with pytest.raises(mail.SendingError, match="BREVO_API_KEY"):
        send_link(kind="reset_password", user_id=str(user.pk))

    assert mailbox() == []


def test_console_shows_a_link_in_one_piece():
    stream = io.StringIO()
    link = "http://127.0.0.1:8000/reset-password#token=" + "é" * 200

    mail.Console(stream=stream).send_messages([EmailMessage("Told", link, to=["a@example.com"])])

    assert stream.getvalue().startswith(f"To: a@example.com\nSubject: Told\n\n{link}\n")


@pytest.mark.parametrize(
    ("given", "backend"),
    [
        ({"brevo_api_key": "key"}, "anymail.backends.brevo.EmailBackend"),
        ({"folder": "mails"}, "django.core.mail.backends.filebased.EmailBackend"),
        ({"development": True}, "dayrade.mail.Console"),
    ],
)
def test_mail_leaves_by_what_is_configured(given, backend):
    nothing = {"brevo_api_key": "", "folder": "", "development": False}

    assert mail.mailer(**nothing | given)["BACKEND"] == backend


@pytest.fixture
def brevo():
    """A Brevo that answers 401 to everything, as text that repeats what it was sent."""

    with serving(lambda *asked: (401, asked[-1])) as port:
        yield f"http://127.0.0.1:{port}/"


def through(settings, url):
    made = mail.mailer(brevo_api_key="key", folder="", development=False)
    made["OPTIONS"] |= {"api_url": url}
    settings.MAILERS = {"default": made}


def link_to(user):
    send_link(kind="reset_password", user_id=str(user.pk))


def test_refused_mail_names_nobody_in_the_log(settings, brevo):
    through(settings, brevo)
    user = UserFactory()

    with pytest.raises(mail.SendingError) as caught:
        link_to(user)

    logged = "".join(traceback.format_exception(caught.value))
    assert str(caught.value) == "Brevo answered 401."
    assert user.email not in logged
    assert "#token" not in logged


def test_unreachable_brevo_names_nobody_in_the_log(settings):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    through(settings, f"http://127.0.0.1:{port}/")
    user = UserFactory()

    with pytest.raises(mail.SendingError) as caught:
        link_to(user)

    assert str(caught.value) == "Brevo could not be reached."
    assert user.email not in "".join(traceback.format_exception(caught.value))
