"""The bear: warns of losses."""

from collections.abc import Mapping, Sequence

from comms.commentary.facts import Topic

LINES: Mapping[Topic, Sequence[str]] = {
    Topic.BIG_LOSS: (
        "{symbol} bites. {name} gives back {pnl} in a single trade.",
        "A hard exit for {name}: {pnl} lost on {symbol}. Mind your stops.",
        "Careful out there. {symbol} has cost {name} {pnl}.",
        "That one hurts. {name} closes {symbol} with a loss of {pnl}.",
        "Lessons are expensive. {name} pays {pnl} for one in {symbol}.",
        "The bill is in. For {name} it comes to {pnl}, and {symbol} collects.",
        "Down goes {name}, by {pnl}. {symbol} shows no mercy.",
        "I have said it before: respect {symbol}. It has taken {pnl} from {name}.",
        "Red ink for {name}. The damage in {symbol} is {pnl}.",
        "Keep your losses small, everybody. {name} loses {pnl} on {symbol}.",
    ),
    Topic.LOSS_STREAK: (
        "{name} has lost {count} trades in a row. It may be time for a walk.",
        "That makes {count} losing trades without a break for {name}. Step back, breathe.",
        "The cold spell goes on. {name} has closed {count} losers in a row.",
        "Nothing works for {name}: {count} trades, and every single one a loss.",
        "A run of {count} losses for {name}. Smaller size would be wiser.",
        "{count} in a row have gone wrong for {name}. The market will be here tomorrow.",
        "Somebody should hide the keyboard. {name} is on a streak of {count} losses.",
        "Losses love company, and {name} has collected {count} of them in a row.",
        "{name} is digging. After {count} straight losses, the first rule is to stop.",
    ),
}
