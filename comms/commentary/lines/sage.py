"""The sage: explains."""

from collections.abc import Mapping, Sequence

from comms.commentary.facts import Topic

LINES: Mapping[Topic, Sequence[str]] = {
    Topic.LEAD_CHANGE: (
        "The lead has changed hands. {name} stands first, with {standing}.",
        "A new name at the top: {name}, with {standing}. A lead is borrowed, never owned.",
        "{name} leads, with {standing}. What counts is who leads at the end.",
        "Note the order of the board. {name} is ahead of everybody, with {standing}.",
        "With {standing}, {name} moves into first place. The field will answer.",
        "It is {name} in front, with {standing}. Being hunted is harder than hunting.",
        "The board has a new leader in {name}, who shows {standing}.",
        "For the record, {name} takes over the lead with {standing}.",
        "Quietly or not, {name} has arrived at the top, with {standing}.",
    ),
    Topic.RELEASE_ABOVE: (
        "{release} comes in at {actual}, above the {forecast} that was expected.",
        "A stronger number than forecast. {release} shows {actual}, against {forecast}.",
        "The forecast for {release} was {forecast}. The figure is {actual}, and that is higher.",
        "{release} surprises on the upside: {actual}, where {forecast} was expected.",
        "Economists said {forecast}. {release} says {actual}, and the market has to think again.",
        "Higher than expected: {release} at {actual}, after a forecast of {forecast}.",
        "{release} is out at {actual}. With {forecast} expected, that is a beat.",
        "The number for {release} is {actual}. It tops the forecast of {forecast}.",
    ),
    Topic.RELEASE_BELOW: (
        "{release} comes in at {actual}, below the {forecast} that was expected.",
        "A weaker number than forecast. {release} shows {actual}, against {forecast}.",
        "The forecast for {release} was {forecast}. The figure is {actual}, and that is lower.",
        "{release} disappoints: {actual}, where {forecast} was expected.",
        "Economists said {forecast}. {release} says {actual}. Watch how prices digest it.",
        "Lower than expected: {release} at {actual}, after a forecast of {forecast}.",
        "{release} is out at {actual}. With {forecast} expected, that is a miss.",
        "The number for {release} is {actual}. It falls short of the forecast of {forecast}.",
    ),
    Topic.RELEASE_AS_EXPECTED: (
        "{release} comes in at {actual}, exactly as expected.",
        "No surprise today. {release} shows {actual}, in line with the forecast.",
        "The forecast was right: {release} is {actual}.",
        "{release} is out at {actual}. That is what everybody had expected.",
        "Right on target: {release} at {actual}.",
        "{release} lands on {actual}, just where the forecast had put it.",
        "Nothing to argue about. {release} is {actual}, as forecast.",
        "The number for {release} is {actual}, and the market knew it.",
    ),
    Topic.RELEASE_ALONE: (
        "{release} comes in at {actual}.",
        "The number is out: {release} at {actual}.",
        "{release} is {actual}. Now watch how prices take it.",
        "For the record, {release} stands at {actual}.",
        "Here is {release}: the figure is {actual}.",
        "The figure for {release} has been published. It is {actual}.",
        "Traders have their number. {release} shows {actual}.",
        "{release}, long awaited, is {actual}.",
    ),
    Topic.CHAT_BURST: (
        "The chat is busy: {count} messages in {seconds} seconds. Crowds are loud, not right.",
        "Listen to the room. {count} messages have arrived within {seconds} seconds.",
        "Everybody has an opinion: {count} messages in the last {seconds} seconds.",
        "When {count} messages come in {seconds} seconds, something is on people's minds.",
        "The audience is awake, with {count} messages in {seconds} seconds.",
        "Much talk in the chat: {count} messages in {seconds} seconds. Keep your own counsel.",
        "A wave of {count} messages in {seconds} seconds. Mood moves faster than price.",
        "The chat fills up. In {seconds} seconds, {count} messages were written.",
    ),
    Topic.CORRECTION: (
        "A correction: what was said earlier about {subject} no longer holds.",
        "Please disregard an earlier line about {subject}. The record has been corrected.",
        "We take something back. The figures behind a line about {subject} have changed.",
        "For the record: an earlier remark about {subject} is withdrawn.",
        "Accuracy first. What you heard about {subject} has since been corrected.",
        "An earlier line about {subject} rested on a record that does not stand any more.",
        "Let me set something right: the earlier word on {subject} is taken back.",
        "The books have been corrected, and with them what was said about {subject}.",
    ),
}
