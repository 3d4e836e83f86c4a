"""Push messages: signed, encrypted, and to services of browsers alone."""

import json

import jwt
import pytest
import trustme
from cryptography.hazmat.primitives.asymmetric import ec
from django.core.exceptions import ValidationError

from comms import push_services
from comms.models import Delivery, PushSubscription
from comms.services import push
from tests.comms.outbox import state, tell, work
from tests.comms.pushing import PRIVATE_KEY, Browser, PushService, encoded, serving
from tests.factories.accounts import UserFactory
from tests.factories.comms import PushSubscriptionFactory

pytestmark = pytest.mark.django_db

URL = "/api/v1/notifications/push-subscriptions"
OLD_KEY = encoded(b"\x05" * 32)
KNOWN = "https://fcm.googleapis.com/fcm/send/abc"


@pytest.fixture(autouse=True)
def _set_up(settings):
    settings.VAPID_PRIVATE_KEY = PRIVATE_KEY


@pytest.fixture
def service(settings, tmp_path, monkeypatch):
    """A push service that is known and trusted."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "ca.pem"))
    with serving(PushService(), authority) as served:
        settings.PUSH_SERVICES = [served.netloc]
        yield served


def subscribe(user, endpoint=KNOWN, browser=None):
    return push.subscribe(user=user, endpoint=endpoint, **(browser or Browser()).keys)


def by_push():
    return Delivery.objects.get(channel="push")


def tell_by_push(user, **values):
    return tell(user, channels=["push"], **values)


def test_browser_reads_what_it_was_sent(service):
    user, browser = UserFactory(), Browser()
    subscribe(user, service.endpoint("a"), browser)
    notification = tell_by_push(user, action_url="/kyc", priority="high")

    work()

    ((path, headers, body),) = service.taken
    assert json.loads(browser.read(body)) == {
        "id": str(notification.pk),
        "type": "test.told",
        "title": "Told",
        "message": "You are told.",
        "action_url": "/kyc",
    }
    assert (path, headers["urgency"], headers["ttl"]) == ("/a", "high", "86400")
    assert state(by_push()) == ("sent", 1, "")
    notification.refresh_from_db()
    assert (notification.push_sent, notification.email_sent) == (True, False)


def test_service_knows_us_by_the_key_that_the_browser_was_given(service):
    user = UserFactory()
    subscribe(user, service.endpoint("a"))
    tell_by_push(user)

    work()

    ((_, headers, _),) = service.taken
    values = dict(part.strip().split("=", 1) for part in headers["authorization"][6:].split(","))
    assert values["k"] == push.application_key()
    point = push._decoded(values["k"])  # noqa: SLF001
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    claims = jwt.decode(
        values["t"], public, algorithms=["ES256"], audience=f"https://{service.netloc}"
    )
    assert claims["sub"] == "mailto:no-reply@example.com"


@pytest.mark.parametrize("subscribed", [PRIVATE_KEY, OLD_KEY])
def test_browser_that_knows_the_key_before_gets_its_message(service, settings, subscribed):
    settings.VAPID_FALLBACKS = [OLD_KEY]
    service.known = [push.public_key(subscribed)]
    user = UserFactory()
    subscribe(user, service.endpoint("a"))
    tell_by_push(user)

    work()

    assert (len(service.taken), state(by_push())) == (1, ("sent", 1, ""))
    assert push.application_key() == push.public_key(PRIVATE_KEY)


def test_browser_that_knows_no_key_of_ours_is_kept(service, settings):
    service.known = [push.public_key(OLD_KEY)]
    user = UserFactory()
    subscribe(user, service.endpoint("a"))
    tell_by_push(user)

    work()

    assert (service.taken, state(by_push())[0]) == ([], "waiting")
    assert PushSubscription.objects.count() == 1


def test_long_message_fits_into_one_push(service):
    user = UserFactory()
    subscribe(user, service.endpoint("a"))
    tell_by_push(user, title="é" * 255, message="漢" * 5000, action_url="/" + "x" * 499)

    work()

    ((_, _, body),) = service.taken
    assert len(body) <= 4096


@pytest.mark.parametrize("status", [404, 410])
def test_browser_that_is_gone_is_forgotten(service, status):
    user = UserFactory()
    subscribe(user, service.endpoint("a"))
    service.answers = {"/a": status}
    tell_by_push(user)

    work()

    assert state(by_push()) == ("skipped", 1, "No browser takes push messages.")
    assert not PushSubscription.objects.exists()


def test_one_browser_that_takes_it_is_enough(service):
    user = UserFactory()
    for name in ("a", "b", "c"):
        subscribe(user, service.endpoint(name))
    service.answers = {"/a": 410, "/b": 503}
    tell_by_push(user)

    work()

    assert state(by_push()) == ("sent", 1, "")
    left = set(PushSubscription.objects.values_list("endpoint", flat=True))
    assert left == {service.endpoint("b"), service.endpoint("c")}


@pytest.mark.parametrize("status", [429, 503])
def test_busy_service_is_asked_again(service, status):
    user = UserFactory()
    subscribe(user, service.endpoint("a"))
    service.answers = {"/a": status}
    tell_by_push(user)

    work()

    assert state(by_push()) == ("waiting", 1, f"The push services answered {status}.")


def test_service_that_is_away_is_asked_again(settings):
    settings.PUSH_SERVICES = ["localhost:9"]
    user = UserFactory()
    subscribe(user, "https://localhost:9/a")
    tell_by_push(user)

    work()

    assert state(by_push()) == ("waiting", 1, "The push services answered nothing.")


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_no_redirect_is_followed(service, status):
    user = UserFactory()
    subscribe(user, service.endpoint("a"))
    service.answers = {"/a": status}
    tell_by_push(user)

    work()

    assert [path for path, _, _ in service.taken] == ["/a"]
    assert state(by_push())[0] == "waiting"


def test_address_that_is_no_longer_known_is_not_called(service, settings):
    user = UserFactory()
    subscribe(user, service.endpoint("a"))
    settings.PUSH_SERVICES = ["push.example.com"]
    tell_by_push(user)

    work()

    assert service.taken == []
    assert not PushSubscription.objects.exists()


def test_closed_account_gets_nothing(service):
    user = UserFactory(is_active=False)
    subscribe(user, service.endpoint("a"))
    tell_by_push(user)

    work()

    assert state(by_push()) == ("skipped", 1, "The account is closed.")
    assert service.taken == []


@pytest.mark.parametrize(
    "endpoint",
    [
        KNOWN,
        "https://updates.push.services.mozilla.com/wpush/v2/abc",
        "https://wns2-par02p.notify.windows.com/w/?token=abc",
        "https://web.push.apple.com/abc",
        "https://fcm.googleapis.com:443/abc",
    ],
)
def test_services_of_browsers_are_known(endpoint):
    assert push_services.is_known(endpoint)


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://fcm.googleapis.com/abc",
        "https://127.0.0.1/abc",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/abc",
        "https://localhost/abc",
        "https://fcm.googleapis.com.evil.example/abc",
        "https://evilfcm.googleapis.com/abc",
        "https://notify.windows.com@127.0.0.1/abc",
        "https://user:word@fcm.googleapis.com/abc",
        "https://fcm.googleapis.com:5432/abc",
        "https://fcm.googleapis.com:x/abc",
        "https://127.0.0.1\\@fcm.googleapis.com/abc",
        "https://127.0.0.1#@fcm.googleapis.com/abc",
        "https://fcm.googleapis.com/\r\nX: y",
        "https://\uff46cm.googleapis.com/abc",
        "fcm.googleapis.com",
        "",
    ],
)
def test_nothing_else_is(endpoint):
    with pytest.raises(ValidationError) as refusal:
        subscribe(UserFactory(), endpoint)

    said = "This is no address of a push service that we know."
    assert refusal.value.message_dict == {"endpoint": [said]}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"p256dh": "AAAA"}, "p256dh"),
        # Not on the curve: whoever encrypted for it would fail.
        ({"p256dh": "BA" + "A" * 85}, "p256dh"),
        ({"p256dh": "é"}, "p256dh"),
        ({"auth": "AAAA"}, "auth"),
        ({"auth": "not base64!"}, "auth"),
    ],
)
def test_keys_are_those_of_a_browser(changes, field):
    with pytest.raises(ValidationError) as refusal:
        push.subscribe(user=UserFactory(), endpoint=KNOWN, **Browser().keys | changes)

    assert list(refusal.value.message_dict) == [field]


def test_browser_of_another_person_is_taken_over():
    before, after = UserFactory.create_batch(2)
    subscribe(before)

    subscribe(after)

    assert PushSubscription.objects.get().user == after


def test_browser_that_came_first_makes_room():
    user = UserFactory()
    made = [subscribe(user, f"{KNOWN}{number}") for number in range(push.KEPT)]
    PushSubscription.objects.filter(pk=made[3].pk).update(created_at="2020-01-01T00:00Z")

    latest = subscribe(user, f"{KNOWN}-latest")

    left = set(PushSubscription.objects.all())
    assert left == {*made, latest} - {made[3]}


def test_owner_subscribes_and_forgets(client_of):
    user, browser = UserFactory(), Browser()
    own = client_of(user)
    body = {"endpoint": KNOWN, "expirationTime": None, "keys": browser.keys}

    created = own.post(URL, body)
    shown = own.get(URL).json()
    forgotten = own.delete(f"{URL}/{created.json()['id']}")

    assert (created.status_code, forgotten.status_code) == (201, 204)
    assert shown == {
        "application_server_key": push.application_key(),
        "subscriptions": [created.json()],
    }
    assert not PushSubscription.objects.exists()


def test_nobody_forgets_the_browser_of_another(client_of):
    row = PushSubscriptionFactory()

    answer = client_of(UserFactory(admin=True)).delete(f"{URL}/{row.pk}")

    assert answer.status_code == 404
    assert list(PushSubscription.objects.all()) == [row]


def test_without_a_key_push_is_off(client_of, settings):
    settings.VAPID_PRIVATE_KEY = ""
    own = client_of(UserFactory())

    shown = own.get(URL).json()
    refused = own.post(URL, {"endpoint": KNOWN, "keys": Browser().keys})

    assert shown["application_server_key"] is None
    assert (refused.status_code, refused.json()["error"]) == (409, "PUSH_OFF")
