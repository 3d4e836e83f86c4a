"""How e-mail leaves: through Brevo, into a folder, or onto the console of development."""

from collections.abc import Sequence
from typing import Any, override

from anymail.exceptions import AnymailError
from django.core.mail import EmailMessage
from django.core.mail.backends import console
from django.core.mail.backends.base import BaseEmailBackend

#: Seconds that a job waits for Brevo; less than a transaction may idle.
TIMEOUT = 10


def mailer(*, brevo_api_key: str, folder: str, development: bool) -> dict[str, Any]:
    """Return the entry of settings.MAILERS."""
    if brevo_api_key:
        options = {"api_key": brevo_api_key, "requests_timeout": TIMEOUT}
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
    """An e-mail could not be handed over; the text names neither recipient nor content."""


def send(message: EmailMessage) -> None:
    """Send an e-mail.

    Raises:
        SendingError: Brevo refused it or could not be reached. Its own error names the recipient,
            and what a job raises is logged.

    """
    try:
        message.send()
    except AnymailError as error:
        status = getattr(error, "status_code", None)
        said = f"answered {status}" if status else "could not be reached"
        raise SendingError(f"Brevo {said}.") from None


class Unconfigured(BaseEmailBackend):
    """Stands where production has no way to send: jobs fail and wait, nothing gets lost."""

    @override
    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Refuse.

        Raises:
            RuntimeError: always.

        """
        raise RuntimeError("E-mail needs BREVO_API_KEY (see .env.example).")
