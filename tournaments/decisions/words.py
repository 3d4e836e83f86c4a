"""What the pages say of each step of a tournament's life, and of what is done to its result."""

from collections.abc import Mapping

from tournaments.models import TournamentStatus

#: Which action takes a tournament into a status.
ACTIONS: Mapping[str, TournamentStatus] = {
    "open_registration": TournamentStatus.REGISTRATION_OPEN,
    "close_registration": TournamentStatus.REGISTRATION_CLOSED,
    "start": TournamentStatus.ACTIVE,
    "complete": TournamentStatus.COMPLETED,
    "cancel": TournamentStatus.CANCELLED,
}
#: The title, the button, what it takes along, and what is said afterwards.
STEPS: Mapping[str, tuple[str, str, str, str]] = {
    "open_registration": (
        "Open registration for {row}",
        "Open registration",
        "Everybody can see the tournament and enter it from now on. It cannot be a draft again.",
        "Registration for {row} is open.",
    ),
    "close_registration": (
        "Close registration for {row}",
        "Close registration",
        "Nobody can enter any more. Registration cannot be opened again.",
        "Registration for {row} is closed.",
    ),
    "start": (
        "Start {row}",
        "Start",
        (
            "Trading begins: what is executed from now on counts. Dates, fee, symbols, starting"
            " balance and rules are frozen, and nobody can give a seat back and free its place."
        ),
        "{row} has started.",
    ),
    "complete": (
        "Complete {row}",
        "Complete and publish",
        (
            "Trading ends: what is executed later is refused. Open positions are valued at the"
            " last prices, ranks and P&L become final, and a board that stood still is shown as"
            " it is. This cannot be undone: a result is only corrected by another one."
        ),
        "{row} is over, and its result is published.",
    ),
    "cancel": (
        "Cancel {row}",
        "Cancel the tournament",
        (
            "The tournament ends for good, without a result: it cannot be taken up again. Seats,"
            " trades and messages stay as they are. No fee is paid back by this."
        ),
        "{row} is cancelled.",
    ),
}
#: Where what a block of the result speaks of is settled.
QUEUES: Mapping[str, str] = {
    "trading.services.doubts.refused_trades": "trading_quarantinedtrade",
    "trading.services.doubts.differences": "trading_break",
}
DATE_NAMES: Mapping[str, str] = {
    "registration_open_date": "Registration opens",
    "registration_close_date": "Registration closes",
    "start_date": "Starts",
    "end_date": "Ends",
}
CORRECTION = (
    "Every trade that stands is valued and ranked again, and the outcome is published as the next"
    " result; the earlier ones stay readable. Everybody whose rank or P&L changes is told of it,"
    " with the reason. Best ranks start anew."
)
RESTORE = (
    "Final ranks and P&L of the seats are written again as the latest result has them. No new"
    " result is published."
)
FREEZE = (
    "From that instant on the public sees the board, trades, positions and commentary as they were"
    " then, until the result is published. Staff see everything, and competitors their own trades."
)
CLONE = (
    "A new draft with the same description, money, field, symbols and rules. Seats, results and"
    " the ids at TicketSource and Zimtra are not taken over."
)
