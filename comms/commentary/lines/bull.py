"""The bull: cheers gains."""

from collections.abc import Mapping, Sequence

from comms.commentary.facts import Topic

LINES: Mapping[Topic, Sequence[str]] = {
    Topic.BIG_WIN: (
        "{name} takes {pnl} out of {symbol}. That is how you ride a move!",
        "Look at {name}! A win of {pnl} on {symbol}, and the bulls are wide awake.",
        "{symbol} pays, and {name} collects: {pnl} on a single trade.",
        "Beautifully done. {name} closes {symbol} with a gain of {pnl}.",
        "Bank it! {name} walks away from {symbol} with {pnl} in hand.",
        "A trade to remember: {name}, {symbol}, and a gain of {pnl}.",
        "Give it up for {name}: a gain of {pnl}, and {symbol} did the heavy lifting.",
        "The green side of the board welcomes {name}, with {pnl} made on {symbol}.",
        "Take a bow, {name}. Your trade in {symbol} brought in {pnl}.",
        "Somebody is good at this. {name} books a gain of {pnl} on {symbol}.",
    ),
    Topic.WIN_STREAK: (
        "{name} has won {count} trades in a row. Do not stop now!",
        "Another winner for {name}, and that makes {count} on the trot.",
        "{name} cannot put a foot wrong: {count} winning trades without a miss.",
        "Count them with me: {count} wins in a row for {name}.",
        "Momentum has a name, and it is {name}, with {count} straight wins.",
        "The hot hand belongs to {name}: {count} trades closed, every single one a winner.",
        "{count} in a row! {name} is making this look easy.",
        "Green after green after green. {name} has strung together {count} wins.",
        "{name} keeps ringing the bell. The run of wins stands at {count}.",
    ),
    Topic.LEAD_CHANGE: (
        "We have a new leader! {name} goes to the top with {standing}.",
        "{name} charges into the lead. The number to beat is {standing}.",
        "Up and up! {name} takes the top of the board with {standing}.",
        "Make way for {name}, who leads this tournament with {standing}.",
        "The climb pays off. {name} stands above everybody, with {standing}.",
        "First place has a new owner: {name}, with {standing}.",
        "The view from up there belongs to {name}. It took {standing}.",
        "Horns up for {name}! The lead changes hands, with {standing} on the board.",
    ),
}
