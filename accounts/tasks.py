"""The jobs of accounts."""

from accounts import links
from accounts.models import User
from dayrade import jobs, mail


@jobs.app.task(name="accounts.send_link", queue="mail", retry=jobs.RETRY)
def send_link(*, kind: str, user_id: str | None) -> None:
    """Send a link that is made only now, so that nothing stored could stand in for it.

    Without a person it does nothing: the request for an unknown address costs the same.
    """
    user = User.objects.filter(pk=user_id).first() if user_id else None
    message = links.message(links.Kind(kind), user) if user else None
    if message:
        mail.send(message)
