"""Tournaments, the seats in them, their boards and results."""

from tournaments.models.boards import Board, Result, Standing
from tournaments.models.seats import Participant, ParticipantQuerySet
from tournaments.models.tournaments import (
    INTEGER_MAX,
    STARTING_BALANCE,
    Division,
    Tournament,
    TournamentQuerySet,
    TournamentStatus,
    TournamentType,
)

__all__ = [
    "INTEGER_MAX",
    "STARTING_BALANCE",
    "Board",
    "Division",
    "Participant",
    "ParticipantQuerySet",
    "Result",
    "Standing",
    "Tournament",
    "TournamentQuerySet",
    "TournamentStatus",
    "TournamentType",
]
