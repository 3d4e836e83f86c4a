"""Prices, and what is kept beside the ledger so that nothing is counted twice."""

from django.db import models
from django.db.models import Q

from dayrade.db.constraints import amount
from dayrade.db.fields import money, primary_key
from dayrade.db.functions import Now
from tournaments.models import INTEGER_MAX, Participant, Tournament

BIGINT_MAX = 9_223_372_036_854_775_807


class Mark(models.Model):
    """The last price of a symbol in a tournament.

    `price` and `as_of` are what was reported last. A pass takes them over as `valued_price` and
    `valued_as_of`: those are what every position, balance and rank of the tournament rests on
    until the next pass.
    """

    id = primary_key()
    tournament = models.ForeignKey(
        Tournament, on_delete=models.DB_CASCADE, db_index=False, related_name="marks"
    )
    symbol = models.CharField(max_length=10)
    price = money(10, 4)
    as_of = models.DateTimeField()
    received_at = models.DateTimeField(db_default=Now())
    valued_price = money(10, 4, null=True)
    valued_as_of = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "dayrade_marks"
        verbose_name = "price"
        constraints = [
            models.UniqueConstraint(
                name="dayrade_marks_tournament_symbol_key",
                fields=["tournament", "symbol"],
                violation_error_message="There is a mark of this symbol.",
            ),
            amount("dayrade_marks", "price", 10, 4, low="0.0001"),
            amount("dayrade_marks", "valued_price", 10, 4, low="0.0001"),
            models.CheckConstraint(
                name="dayrade_marks_valued_together",
                condition=Q(valued_price__isnull=True, valued_as_of__isnull=True)
                | Q(valued_price__isnull=False, valued_as_of__isnull=False),
                violation_error_message="A price has its instant.",
            ),
        ]

    def __str__(self) -> str:
        """Show the price."""
        return f"{self.symbol} at {self.price}"


class Tally(models.Model):
    """What a snapshot needs of a seat's whole ledger and no other column keeps.

    `best_trade` and `worst_trade` are the highest and lowest P&L of a trade that stands, null
    without any.
    """

    participant = models.OneToOneField(
        Participant, on_delete=models.DB_CASCADE, primary_key=True, related_name="tally"
    )
    shares_traded = models.BigIntegerField(default=0, db_default=0)
    stocks_traded = models.IntegerField(default=0, db_default=0)
    best_trade = money(15, null=True)
    worst_trade = money(15, null=True)

    class Meta:
        db_table = "dayrade_tallies"
        verbose_name = "total"
        constraints = [
            models.CheckConstraint(
                name="dayrade_tallies_counts",
                condition=Q(shares_traded__gte=0, stocks_traded__gte=0),
                violation_error_message="Counts are 0 or more.",
            ),
            amount("dayrade_tallies", "best_trade", 15),
            amount("dayrade_tallies", "worst_trade", 15),
        ]

    def __str__(self) -> str:
        """Show the count."""
        return f"{self.shares_traded} shares of {self.stocks_traded} symbols"


class Risk(models.Model):
    """Running sums over the balances of a seat's snapshots at the tournament's interval.

    From them follow the largest fall and the deviation of the returns without reading the
    snapshots again. A return is rounded to 12 digits before it is summed, so that the sums are
    exact. `broken` says that a balance was not above 0: from then on there are no returns.
    """

    participant = models.OneToOneField(
        Participant, on_delete=models.DB_CASCADE, primary_key=True, related_name="risk"
    )
    last_balance = money(15)
    peak_balance = money(15)
    max_drawdown = money(15, value="0.00")
    returns = models.IntegerField(default=0, db_default=0)
    returns_sum = models.DecimalField(max_digits=40, decimal_places=12, default=0, db_default=0)
    returns_square_sum = models.DecimalField(
        max_digits=60, decimal_places=24, default=0, db_default=0
    )
    broken = models.BooleanField(default=False, db_default=False)

    class Meta:
        db_table = "dayrade_risks"
        verbose_name = "risk sum"
        constraints = [
            models.CheckConstraint(
                name="dayrade_risks_returns",
                condition=Q(returns__gte=0, returns__lte=INTEGER_MAX),
                violation_error_message="A count is 0 or more.",
            ),
            amount("dayrade_risks", "last_balance", 15),
            amount("dayrade_risks", "peak_balance", 15),
            amount("dayrade_risks", "max_drawdown", 15, low=0),
            amount("dayrade_risks", "returns_sum", 40, 12),
            amount("dayrade_risks", "returns_square_sum", 60, 24, low=0),
        ]

    def __str__(self) -> str:
        """Show the drawdown."""
        return f"{self.max_drawdown} over {self.returns} returns"
