"""How the e-mail of a notification reads."""

import pytest

from comms.services.templates import SAMPLES
from tests.comms.outbox import tell, work
from tests.factories.accounts import UserFactory
from tests.factories.comms import EmailTemplateFactory

pytestmark = pytest.mark.django_db

TEMPLATE = {
    "template_type": "test.told",
    "subject": "{{ title }}, {{ name }}",
    "content": "{{ message }}\n\n{{ action_label }}: {{ action_url }}",
    "variables": ["title", "name", "message", "action_label", "action_url"],
}


def sent(brevo, **changes):
    """Tell somebody something, and return what Brevo was given."""
    tell(UserFactory(first_name="Ada"), **changes)
    work()
    return brevo.mails[-1]


def test_without_a_template_it_says_what_the_application_shows(brevo):
    mail = sent(brevo, title="Seat\r\nBcc: all@example.com", message="<b>", action_url="/kyc")

    assert mail["subject"] == "Seat Bcc: all@example.com"
    assert mail["textContent"] == "<b>\n\nMore: https://testserver/kyc"
    assert "<p>&lt;b&gt;</p>" in mail["htmlContent"]
    assert '<a href="https://testserver/kyc">' in mail["htmlContent"]


def test_template_of_its_type_is_used(brevo):
    EmailTemplateFactory(**TEMPLATE)

    mail = sent(brevo, action_url="/kyc")

    assert mail["subject"] == "Told, Ada"
    assert mail["textContent"] == "You are told.\n\nMore: https://testserver/kyc"
    assert "<p>You are told.</p>" in mail["htmlContent"]


@pytest.mark.parametrize("changes", [{"is_active": False}, {"template_type": "test.other"}])
def test_other_templates_are_not(brevo, changes):
    EmailTemplateFactory(**TEMPLATE | changes)

    assert sent(brevo, action_url="/kyc")["subject"] == "Told"


@pytest.mark.parametrize("number", [None, 7])
def test_template_without_its_values_keeps_nobody_from_being_told(brevo, caplog, number):
    EmailTemplateFactory(**TEMPLATE, name="told", brevo_template_id=number)

    mail = sent(brevo)

    assert (mail["subject"], mail["textContent"]) == ("Told", "You are told.")
    assert "e-mail template told: No value for: action_url." in caplog.text


def test_template_of_brevo_is_filled_in_by_brevo(brevo):
    EmailTemplateFactory(**TEMPLATE, brevo_template_id=7)

    mail = sent(brevo, action_url="/kyc")

    assert mail["templateId"] == 7
    assert mail["params"] == {
        "title": "Told",
        "name": "Ada",
        "message": "You are told.",
        "action_label": "More",
        "action_url": "https://testserver/kyc",
    }
    assert {"subject", "textContent", "htmlContent"} & set(mail) == set()


def test_template_of_brevo_is_ours_where_another_way_leads_out(mailbox):
    EmailTemplateFactory(**TEMPLATE, brevo_template_id=7)
    tell(UserFactory(first_name="Ada"), action_url="/kyc")

    (mail,) = mailbox()

    assert mail.subject == "Told, Ada"


def test_every_sample_can_be_filled_in(brevo):
    names = sorted(set(SAMPLES) - {"tournament"})
    text = " ".join(f"{{{{ {name} }}}}" for name in names)
    EmailTemplateFactory(**TEMPLATE | {"content": text, "variables": [*names, "title"]})

    assert "Told Ada" not in sent(brevo, action_url="/kyc")["subject"]
    assert brevo.mails[-1]["textContent"] != "You are told."
