"""How e-mail leaves: through Brevo, into a folder, or onto the console of development."""

from collections.abc import Sequence
from typing import Any, override

from anymail.exceptions import AnymailError
from django.core.mail import EmailMessage
from django.core.mail.backends import console
from django.core.mail.backends.base import BaseEmailBackend

#: Seconds that a job waits for a provider; less than the first pause between two attempts.
TIMEOUT = 10


#: Answers that another attempt would get as well.
FINAL = (400, 404, 413, 422)
#: Brevo's word for a request whose key it has seen within half an hour.
REPEATED = "duplicate_parameter"


def mailer(
    *, brevo_api_key: str, folder: str, development: bool, brevo_url: str = ""
) -> dict[str, Any]:
    """Return the entry of settings.MAILERS."""
    if brevo_api_key:
        options = {"api_key": brevo_api_key, "requests_timeout": TIMEOUT}
        if brevo_url:
            options["api_url"] = brevo_url
        return {"BACKEND": "anymail.backends.brevo.EmailBackend", "OPTIONS": options}
    if folder:
        backend = "django.core.mail.backends.filebased.EmailBackend"
        return {"BACKEND": backend, "OPTIONS": {"file_path": folder}}
    if development:
        return {"BACKEND": "dayrade.mail.Console"}
    return {"BACKEND": "dayrade.mail.Unconfigured"}


class Console(console.EmailBackend):
    """Prints what a person would read: in the encoded form a link is broken over lines."""

    @override
    def write_message(self, message: EmailMessage) -> None:
        """Print to whom, the subject and the text."""
        to = ", ".join(message.to)
        self.stream.write(f"To: {to}\nSubject: {message.subject}\n\n{message.body}\n")


class SendingError(Exception):
    """A message could not be handed over; the text names neither recipient nor content.

    One that is `final` would be refused again.
    """

    def __init__(self, message: str, *, final: bool = False) -> None:
        """Say what happened."""
        super().__init__(message)
        self.final = final


class RepeatedError(SendingError):
    """The provider has taken a message of this key before."""


def send(message: EmailMessage) -> str:
    """Send an e-mail and return Brevo's id of it, or "" where another way leads out.

    Raises:
        RepeatedError: Brevo knows its key.
        SendingError: Brevo refused it or could not be reached. Its own error names the recipient,
            and what a job raises is logged.

    """
    try:
        message.send()
    except AnymailError as error:
        raise refusal(getattr(error, "response", None)) from None
    status = getattr(message, "anymail_status", None)
    return str(getattr(status, "message_id", None) or "")


def refusal(response: Any) -> SendingError:
    """Say what Brevo answered, or that it did not, None being no answer."""
    if response is None:
        return SendingError("Brevo could not be reached.")
    try:
        code = response.json().get("code")
    except (ValueError, AttributeError):
        code = None
    said = f"Brevo answered {response.status_code}."
    if code == REPEATED:
        return RepeatedError(said, final=True)
    return SendingError(said, final=response.status_code in FINAL)


class Unconfigured(BaseEmailBackend):
    """Stands where production has no way to send: what waits is kept, nothing gets lost."""

    @override
    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Refuse.

        Raises:
            SendingError: always.

        """
        raise SendingError("E-mail needs BREVO_API_KEY (see .env.example).")
