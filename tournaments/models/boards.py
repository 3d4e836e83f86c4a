"""What the last pass over a board left behind, and the results that were published."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from accounts.models import User
from dayrade.db.constraints import amount
from dayrade.db.fields import money, primary_key
from dayrade.db.functions import Now
from dayrade.db.indexes import Index
from tournaments.models.seats import Participant
from tournaments.models.tournaments import Tournament


class Board(models.Model):
    """The state of a tournament's board after its last pass.

    A pass values every seat at one set of marks and ranks them anew; one that changed something
    is a new revision. `milestones` are places in the board's order, each as the JSON array
    [place, total_pnl, realized_pnl, total_trades, registered_at, id]: a page far down starts at
    one of them instead of counting from the top. `took_ms` is how long the pass
    took. `totals` is what a pass compares to tell whether
    any figure has changed. `top` are the first lines, as the last pass told them.
    """

    tournament = models.OneToOneField(
        Tournament, on_delete=models.DB_CASCADE, primary_key=True, related_name="board"
    )
    revision = models.IntegerField(default=0, db_default=0)
    computed_at = models.DateTimeField(db_default=Now())
    took_ms = models.IntegerField(default=0, db_default=0)
    seats = models.IntegerField(default=0, db_default=0)
    totals = ArrayField(models.TextField(), default=list, blank=True)
    milestones = models.JSONField(default=list, blank=True)
    top = models.JSONField(default=list, db_default=[], blank=True)

    class Meta:
        db_table = "dayrade_boards"

    def __str__(self) -> str:
        """Show the revision."""
        return f"{self.tournament}, revision {self.revision}"


class Result(models.Model):
    """A published result of a tournament; a correction is one more, with its reason.

    The first has number 1 and no reason; the latest is what `final_rank` and `final_pnl` say.
    """

    id = primary_key()
    tournament = models.ForeignKey(
        Tournament, on_delete=models.DB_CASCADE, db_index=False, related_name="results"
    )
    number = models.IntegerField()
    published_at = models.DateTimeField(db_default=Now())
    published_by = models.ForeignKey(
        User, on_delete=models.DO_NOTHING, null=True, blank=True, db_index=False, related_name="+"
    )
    reason = models.TextField(null=True, blank=True)

    class Meta:
        db_table = "dayrade_results"
        constraints = [
            models.UniqueConstraint(
                name="dayrade_results_tournament_number_key",
                fields=["tournament", "number"],
                violation_error_message="This result has been published.",
            ),
            models.CheckConstraint(
                name="dayrade_results_correction_with_reason",
                condition=Q(number=1) | Q(number__gt=1, reason__isnull=False) & ~Q(reason=""),
                violation_error_message="A correction needs a reason.",
            ),
        ]
        indexes = [
            Index(name="dayrade_results_published_by", fields=["published_by"]),
            Index(name="dayrade_results_published_at", fields=["published_at"]),
        ]

    def __str__(self) -> str:
        """Show which it is."""
        return f"Result {self.number} of {self.tournament}"


class Standing(models.Model):
    """One line of a published result."""

    id = primary_key()
    result = models.ForeignKey(
        Result, on_delete=models.DB_CASCADE, db_index=False, related_name="standings"
    )
    participant = models.ForeignKey(
        Participant, on_delete=models.DB_CASCADE, db_index=False, related_name="standings"
    )
    rank = models.IntegerField()
    pnl = money(15)

    class Meta:
        db_table = "dayrade_standings"
        constraints = [
            models.UniqueConstraint(
                name="dayrade_standings_result_participant_key",
                fields=["result", "participant"],
                violation_error_message="This seat stands in the result.",
            ),
            models.CheckConstraint(
                name="dayrade_standings_rank_positive",
                condition=Q(rank__gte=1),
                violation_error_message="A rank is 1 or more.",
            ),
            amount("dayrade_standings", "pnl", 15),
        ]
        indexes = [
            Index(name="dayrade_standings_participant", fields=["participant"]),
            Index(name="dayrade_standings_rank", fields=["rank"]),
        ]

    def __str__(self) -> str:
        """Show the line."""
        return f"{self.rank}. {self.participant}: {self.pnl}"
