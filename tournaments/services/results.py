"""The result of a tournament: written once."""

from django.db import connection

from tournaments.models import Tournament
from tournaments.services import ranking

FINAL = """
    UPDATE tournament_participants SET final_rank = current_rank, final_pnl = total_pnl
    WHERE tournament_id = %s AND current_rank IS NOT NULL AND final_rank IS NULL
"""


def finalise(tournament: Tournament) -> None:
    """Write final ranks and P&L of those who compete; the caller has locked the tournament."""
    ranking.refresh(tournament=tournament)
    with connection.cursor() as cursor:
        cursor.execute(FINAL, [tournament.pk])
