"""Speaking what is due: one line at a time, the most urgent first."""

import logging
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from administration import audit, configuration
from comms.models import Commentary
from comms.services import commentary
from comms.services import commentary_sql as sql
from dayrade import events
from dayrade.db.queries import executed, fetched
from dayrade.db.transactions import service
from tournaments.models import Tournament

logger = logging.getLogger("dayrade.commentary")
MINUTE = timedelta(minutes=1)
#: A voice reads two and a half words a second.
WORD = timedelta(milliseconds=400)


def speak_due(*, at: datetime | None = None) -> int:
    """Let one line be spoken in each tournament that has one due, and return how many were.

    Any number may run at once. A tournament that fails is logged and tried again. `at` is aware;
    now by default.
    """
    now = at or timezone.now()
    values = configuration.current()
    ages = _ages(values, now)
    spoken = 0
    for tournament in Tournament.objects.raw(sql.DUE_LINES, ages):
        try:
            spoken += speak(tournament=tournament, values=values, at=now) is not None
        except Exception:
            logger.exception("speaking failed: %s", tournament.slug)
    return spoken


@service
def speak(
    *, tournament: Tournament, values: dict[str, Any] | None = None, at: datetime | None = None
) -> Commentary | None:
    """Speak the next line of a tournament, if one is due and nobody speaks; return it.

    Lines that have become too old are withdrawn. While the board is frozen nobody speaks. Locks
    the state of the tournament's commentary, and the line.
    """
    audit.acting(None, "commentary.speak")
    now = at or timezone.now()
    values = values or configuration.current()
    state = commentary.state_of(tournament)
    if state is None:
        return None
    parameters = _ages(values, now) | {
        "tournament": tournament.pk,
        "minute_ago": now - MINUTE,
        "rate": values["commentary.lines_per_minute"],
        "reason": commentary.STALE,
    }
    executed(sql.DROP_STALE, parameters)
    # As it is by now: whoever listed it may have taken long.
    if commentary.is_frozen(Tournament.objects.get(pk=tournament.pk), at=now):
        return None
    quiet_since = state.speaking_until
    if quiet_since and now < quiet_since:
        return None
    pause = timedelta(seconds=values["commentary.pause_seconds"])
    parameters["urgent_only"] = quiet_since is not None and now < quiet_since + pause
    found = fetched(sql.NEXT, parameters)
    if not found:
        return None
    # Again, now that it is locked: somebody may have taken it back in between.
    line = Commentary.objects.waiting().filter(pk=found[0][0]).first()
    if line is None:
        return None
    line.is_played, line.played_at = True, now
    line.save(update_fields=["is_played", "played_at", "updated_at"])
    state.speaking_until = now + duration(line)
    state.save(update_fields=["speaking_until"])
    events.publish(tournament.pk, "commentary", subject_id=line.pk, action="spoken")
    return line


def duration(line: Commentary) -> timedelta:
    """Return how long a line takes to be heard."""
    if line.audio_duration:
        return timedelta(seconds=line.audio_duration)
    return WORD * len(line.commentary_text.split())


def _ages(values: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Return since when a line must have been due in order to be said."""
    return {
        "now": now,
        "oldest": now - timedelta(seconds=values["commentary.max_age_seconds"]),
        "oldest_manual": now - timedelta(seconds=values["commentary.manual_max_age_seconds"]),
    }
