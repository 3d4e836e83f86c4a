"""The rocket: celebrates extremes."""

from collections.abc import Mapping, Sequence

from comms.commentary.facts import Topic

LINES: Mapping[Topic, Sequence[str]] = {
    Topic.EXTREME_WIN: (
        "Lift-off! {name} makes {pnl} on {symbol}, in a single trade!",
        "Hold on to something! {name} has pulled {pnl} out of {symbol}!",
        "Did you feel that? {name} lands a monster of a trade: {pnl} on {symbol}!",
        "To the moon! {symbol} carries {name} to a win of {pnl}!",
        "This is what we came for! {name}, {symbol}, and a gain of {pnl}!",
        "Stop everything! {name} closes {symbol} and pockets {pnl}!",
        "Off the charts! A trade in {symbol} brings {name} {pnl}!",
        "Houston, we have a winner! {name} takes {pnl} from {symbol}!",
        "Engines on full! {name} blasts {pnl} out of {symbol}!",
    ),
    Topic.WIN_STREAK: (
        "Unstoppable! {name} has won {count} trades in a row!",
        "Somebody call the control tower, {name} is at {count} wins without a loss!",
        "{count} straight wins! {name} has left the atmosphere!",
        "Stage after stage after stage! {name} fires off {count} wins in a row!",
        "I am running out of sky! {name} makes it {count} winning trades on the trot!",
        "Is there a speed limit? {name} flies through {count} wins in a row!",
        "Warp speed for {name}! The streak is at {count} wins!",
        "Up, up, and away! {name} has not lost in {count} trades!",
    ),
    Topic.LEAD_CHANGE: (
        "New leader! {name} rockets to the top with {standing}!",
        "Boom! {name} takes the lead, with {standing}!",
        "Look up, everybody! High above you flies {name}, with {standing}!",
        "The top of the board is on fire! {name} leads with {standing}!",
        "Ignition! {name} shoots into first place with {standing}!",
        "What a climb! {name} leaves the whole field below, with {standing}!",
        "Change at the top! It is {name}, with {standing}!",
        "Nobody is higher than {name}! First place, with {standing}!",
        "Here comes {name}, straight through the ceiling, with {standing}!",
    ),
    Topic.CHAT_BURST: (
        "The chat is exploding! {count} messages in {seconds} seconds!",
        "Can you hear the crowd? {count} messages in {seconds} seconds!",
        "Keyboards are melting! {seconds} seconds, {count} messages!",
        "The room has gone wild, with {count} messages in {seconds} seconds!",
        "Turn it up! The chat delivers {count} messages in {seconds} seconds!",
        "Full house, full volume! {count} messages within {seconds} seconds!",
        "You are loud today! I count {count} messages in {seconds} seconds!",
        "Houston, do you read this chat? {count} messages in {seconds} seconds!",
    ),
}
