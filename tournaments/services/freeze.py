"""Where a tournament's facts stop for the public: the one place that decides it.

Standings, figures, positions and what is said of them stop at `rules.freeze_at` until the result
is published. Staff see everything. Whoever shows facts of a tournament asks here.
"""

from datetime import datetime
from typing import Any

from django.utils import timezone

from tournaments.models import Participant, Tournament, TournamentStatus
from tournaments.rules import Rules

# The snapshots that Dayrade takes of the whole field at once, at the tournament's interval.
OWN_SNAPSHOTS = "dayrade"
PUBLISHED = (TournamentStatus.COMPLETED, TournamentStatus.CANCELLED)


def cut(
    tournament: Tournament,
    viewer: Any,
    *,
    own: Participant | None = None,
    at: datetime | None = None,
) -> datetime | None:
    """Return the instant after which the viewer may see nothing, or None where all is live.

    `own` is the seat that the facts are about, where its owner sees them live: trades, positions
    and performance, but not the board. `at` is aware; now by default.
    """
    frozen_at = Rules.read(tournament.rules).freeze_at
    if frozen_at is None or tournament.status in PUBLISHED or viewer.is_staff:
        return None
    if own is not None and viewer.pk is not None and own.user_id == viewer.pk:
        return None
    return frozen_at if (at or timezone.now()) >= frozen_at else None


def board_at(tournament: Tournament, at: datetime) -> datetime | None:
    """Return when the last board at or before an instant was kept, None without any."""
    kept = tournament.snapshots.filter(data_source=OWN_SNAPSHOTS, recorded_at__lte=at)
    found: datetime | None = (
        kept.order_by("-recorded_at").values_list("recorded_at", flat=True).first()
    )
    return found
