"""Tournaments and the seats in them."""

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
    "Division",
    "Participant",
    "ParticipantQuerySet",
    "Tournament",
    "TournamentQuerySet",
    "TournamentStatus",
    "TournamentType",
]
