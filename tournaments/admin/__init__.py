"""The back office of tournaments, the seats in them, bookings, boards and results."""

from django.contrib import admin

from tournaments.admin import bookings, seats, tournaments
from tournaments.models import Board, Result, Standing
from tournaments.published import BoardAdmin, ResultAdmin, StandingAdmin

__all__ = ["bookings", "seats", "tournaments"]

admin.site.register(Board, BoardAdmin)
admin.site.register(Result, ResultAdmin)
admin.site.register(Standing, StandingAdmin)
