"""Jobs: what `manage.py worker` does after the transaction that asked for it."""

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException

#: Of what depends on an outside service: after 3, 9, 27 … seconds, eight times in 2.7 hours.
RETRY = RetryStrategy(max_attempts=8, exponential_wait=3)

__all__ = ["RETRY", "app", "defer", "defer_alone"]


def defer(task: str, **arguments: str | int | None) -> None:
    """Queue a job, in the transaction at hand: it is done if, and only if, that commits.

    A task is an entry point as an endpoint is: it calls services, so services know it by name.
    The arguments are readable in the database: ids, never secrets or what is personal.

    Raises:
        TaskNotFound: there is no task of that name.
        psycopg.Error: as of any statement.

    """
    try:
        app.configure_task(task, allow_unknown=False).defer(**arguments)
    except ConnectorException as error:
        raise error.__cause__ or error from None


def defer_alone(task: str, *, key: str, **arguments: str | int | None) -> bool:
    """Queue a job unless one of that key waits, and tell which; of a key one runs at a time.

    Not inside a service: a job that waits already would be an error to its transaction.

    Raises:
        TaskNotFound: there is no task of that name.

    """
    job = app.configure_task(task, allow_unknown=False, lock=key, queueing_lock=key)
    try:
        job.defer(**arguments)
    except AlreadyEnqueued:
        return False
    return True
