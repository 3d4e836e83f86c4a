"""Tournaments, the seats in them and the bookings behind these, their boards and results."""

from tournaments.models.boards import Board, Result, Standing
from tournaments.models.bookings import (
    ERASED,
    Booking,
    BookingQuerySet,
    BookingStatus,
    Mismatch,
)
from tournaments.models.seats import Participant, ParticipantQuerySet
from tournaments.models.tournaments import (
    INTEGER_MAX,
    STARTING_BALANCE,
    Division,
    Tournament,
    TournamentQuerySet,
    TournamentStatus,
    TournamentType,
    key_of,
)

__all__ = [
    "ERASED",
    "INTEGER_MAX",
    "STARTING_BALANCE",
    "Board",
    "Booking",
    "BookingQuerySet",
    "BookingStatus",
    "Division",
    "Mismatch",
    "Participant",
    "ParticipantQuerySet",
    "Result",
    "Standing",
    "Tournament",
    "TournamentQuerySet",
    "TournamentStatus",
    "TournamentType",
    "key_of",
]
