"""Writing what is right, where `verify` found that something else is stored."""

from collections.abc import Sequence

from administration import audit
from dayrade.db import rows
from dayrade.db.queries import executed, fetched
from dayrade.db.transactions import service
from tournaments.models import Tournament
from tournaments.services import ledger_lock, ranking, results
from trading.models import Risk
from trading.services import books, verify
from trading.services.books import Pair
from trading.services.verify import Difference

SHOWN = 100
# Seats that are folded at once: few enough for the memory, many enough for the statements.
SEATS = 500
VOID = """
    UPDATE trades SET position_type = NULL, pnl = NULL, pnl_percentage = NULL,
        related_trade_id = (SELECT trade_id FROM dayrade_busts WHERE reversal_id = trades.id)
    WHERE tournament_id = %s
      AND (EXISTS (SELECT FROM dayrade_busts WHERE trade_id = trades.id)
           OR EXISTS (SELECT FROM dayrade_busts WHERE reversal_id = trades.id))
"""
# No rank was ever worse than the best one.
BEST = """
    UPDATE tournament_participants SET best_rank = current_rank
    WHERE tournament_id = %s AND current_rank < coalesce(best_rank, current_rank + 1)
"""
PAIRS = """
    SELECT participant_id::text, symbol FROM trades WHERE tournament_id = %(tournament)s
    UNION SELECT participant_id::text, symbol FROM positions WHERE tournament_id = %(tournament)s
    ORDER BY 1, 2
"""


@service
def repair(*, tournament: Tournament, differences: Sequence[Difference]) -> None:
    """Fold the whole ledger again and write what follows from it.

    The audit log keeps how many differences there were and the first hundred. Locks the
    tournament and holds its ledger.
    """
    audit.acting(None, "ledger.repair")
    rows.locked(tournament)
    ledger_lock.hold(tournament.pk)
    executed(VOID, [tournament.pk])
    pairs: dict[str, list[Pair]] = {}
    for row in fetched(PAIRS, {"tournament": tournament.pk}):
        pairs.setdefault(row[0], []).append(Pair(*row))
    marks = books.marks_of(tournament.pk)
    seats = [str(key) for key in tournament.participants.values_list("pk", flat=True)]
    for start in range(0, len(seats), SEATS):
        some = seats[start : start + SEATS]
        books.refold([pair for seat in some for pair in pairs.get(seat, [])], marks)
        books.recount(seat for seat in some if seat not in pairs)
    ranking.refresh(tournament=tournament)
    executed(BEST, [tournament.pk])
    _write_courses(tournament)
    results.restore(tournament)
    audit.record(
        None,
        "ledger.repair",
        entity_type="tournaments",
        entity_id=tournament.pk,
        details={
            "differences": len(differences),
            "first": [str(difference) for difference in differences[:SHOWN]],
        },
    )


def _write_courses(tournament: Tournament) -> None:
    """Write the running sums of the snapshots anew."""
    Risk.objects.filter(participant__tournament=tournament).delete()
    Risk.objects.bulk_create(
        [
            Risk(participant_id=key, **{name: getattr(course, name) for name in verify.OF_RISK})
            for key, course in verify.courses(tournament).items()
        ],
        batch_size=SEATS,
    )
