"""A world in which every text is hostile, in every column that takes one.

Of each model there are `PACKED` rows whose columns share all payloads out between them, as far as
each has room: these are what pages of one row show. Below them each payload has a row of its own,
which every column that has room for it holds alone: these are what lists show, all on one page.

A value ends in `~`, the code of its column and, where there is room, its row: where a page shows
the value to its end, as text, the column is known by it.
"""

import json
from datetime import timedelta
from functools import cache
from itertools import count

from django.apps import apps
from django.contrib import admin
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from tests.browser.payloads import LONGEST, PAYLOADS, packs
from tests.factories.accounts import UserFactory
from tests.factories.world import FACTORIES
from tournaments.models import TournamentStatus

PACKED = 5
ROWS = PACKED + len(PAYLOADS)
WIDE = 50
# Of a text without a bound as much as any page shows of it.
UNBOUNDED = 900
#: What no payload gets into: the database itself refuses it.
REFUSED = {
    "accounts.user.email",
    "accounts.user.username",
    "accounts.usersession.session_token",
    "accounts.usersession.refresh_token",
    "administration.schemamigration.filename",
    "administration.systemconfiguration.key",
    "comms.notification.channels",
    "tournaments.booking.currency",
    "tournaments.tournament.currency",
    "tournaments.tournament.slug",
}
#: What is of a text's type and holds figures alone.
FIGURES = {"tournaments.board.milestones"}


def is_text(field):
    kinds = (models.CharField, models.TextField, models.JSONField)
    base = getattr(field, "base_field", field)
    return isinstance(base, kinds) and not field.choices


def digit(number):
    return "0123456789abcdefghijklmnopqrstuvwxyz"[number]


@cache
def columns():
    """Return every column of text of what has a page, by its name and with a code."""
    # Two characters, of which there are enough.
    codes = (f"{number // 36}{digit(number % 36)}" for number in count())
    return {
        f"{model._meta.label_lower}.{field.name}": (field, next(codes))
        for model in apps.get_models()
        if admin.site.is_registered(model)
        for field in model._meta.local_fields
        if is_text(field)
    }


def filled():
    return {name: found for name, found in columns().items() if name not in REFUSED | FIGURES}


def width(field):
    found = getattr(field, "base_field", field).max_length
    return min(found or UNBOUNDED, UNBOUNDED)


@cache
def packed(room):
    return packs(room, PACKED)


def text(name, row):
    """Return what a column holds in a row."""
    field, code = columns()[name]
    room = width(field)
    end = f"~{code}.{row}" if room >= WIDE else f"~{code}"
    place = row % ROWS
    if place < PACKED:
        return packed(room - len(end))[place] + end
    alone = PAYLOADS[place - PACKED].text
    if room - len(end) < LONGEST:
        alone = packs(room - len(end), len(PAYLOADS))[place - PACKED]
    return alone + end


def harmless(name, row):
    """Return a text without markup in its place."""
    field, code = columns()[name]
    return f"Words {code} {row}" if width(field) >= WIDE else f"W{code}{row}"


def shaped(name, said):
    """Return a text in the shape of its column."""
    field, _ = columns()[name]
    if isinstance(field, ArrayField):
        return [said]
    if isinstance(field, models.JSONField):
        return SHAPES.get(name, lambda it: {it: it})(said)
    return said


SHAPES = {
    "administration.systemconfiguration.value": lambda it: it,
    "administration.auditlog.changes": lambda it: {"reason": it, "operation": it, "fields": [it]},
    "accounts.usersession.device_info": lambda it: {"name": it, "browser": it, "system": it},
    "comms.emailtemplate.variables": lambda it: [it],
    "tournaments.board.top": lambda it: [it],
}
STATES = (
    {"approved": True},
    {"rejected": True},
    {"requires_action": True},
    {"in_review": True, "is_suspended": True},
)
LIVES = (
    TournamentStatus.DRAFT,
    TournamentStatus.REGISTRATION_CLOSED,
    TournamentStatus.COMPLETED,
    TournamentStatus.CANCELLED,
)


class Office:
    """The rows of each model, and an admin who looks at them."""

    def __init__(self, texts=text, number=ROWS):
        self.texts = texts
        self.rows = {}
        self.admin = UserFactory(admin=True)
        for label, arguments in ARGUMENTS.items():
            self.rows[label] = [
                self.make(label, row, **arguments(self, row)) for row in range(number)
            ]
        states = enumerate(STATES, number)
        self.rows[USER] += [self.make(USER, row, **state) for row, state in states]
        self.rows["accounts.kycreview"] = self.rows[USER]
        for label, (more, arguments) in LAST.items():
            self.rows[label] += [
                self.make(label, row, **arguments(self, row))
                for row in range(number, number + more)
            ]

    def make(self, label, row, **arguments):
        texts = {
            name.rpartition(".")[2]: shaped(name, self.texts(name, row))
            for name in filled()
            if name.startswith(f"{label}.")
        }
        return FACTORIES[label](**texts | arguments)

    def of(self, label, row):
        return self.rows[label][row]


def nothing(office, row):
    return {}


def one(**labels):
    """Return a function that takes the row of the same number of other models."""
    return lambda office, row: {
        name: office.of(label.replace("__", "."), row) for name, label in labels.items()
    }


def here(**labels):
    """Do the same, in the one tournament that is active."""
    found = one(**labels)
    return lambda office, row: (
        {"tournament": office.of("tournaments.tournament", 0)} | found(office, row)
    )


USER, SEAT, CUP = "accounts.user", "tournaments.participant", "tournaments.tournament"


def person(office, row):
    return {"in_review": True}


def cup(office, row):
    if row == 0:
        return {"active": True, "created_by": office.admin}
    if row <= len(LIVES):
        return {"status": LIVES[row - 1]}
    return {"open": True}


def seat(office, row):
    out = {"disqualified": True} if row < PACKED else {"disqualification_reason": None}
    return here(user=USER)(office, row) | out | {"current_rank": row + 1}


def message(office, row):
    hidden = {"is_moderated": True, "moderated_at": timezone.now(), "moderated_by": office.admin}
    shown = {"moderation_reason": None}
    return here(user=USER)(office, row) | (hidden if row < PACKED else shown)


def setting(office, row):
    return {"key": f"hostile.key{row}", "updated_by": office.of(USER, row)}


def result(office, row):
    return {
        "tournament": office.of(CUP, 3),
        "number": row + 1,
        "published_by": office.of(USER, row),
    }


def of_result(office, row):
    return {"result": office.of("tournaments.result", row), "participant": office.of(SEAT, row)}


def delivery(office, row):
    found = one(notification="comms.notification", user=USER)(office, row)
    return found | {"status": "dead"}


def mute(office, row):
    until = timezone.now() + timedelta(hours=1)
    return here(user=USER)(office, row) | {"muted_by": office.admin, "ends_at": until}


def settled(office, row):
    done = {"status": "dismissed", "resolved_at": timezone.now(), "resolved_by": office.admin}
    return here()(office, row) | (done if row < PACKED else {})


def audit_row(office, row):
    changed = {"user": office.of(USER, row), "entity_id": office.of(USER, row).pk}
    # By the time of the others' rows it would be far down.
    return changed | {"created_at": timezone.now() + timedelta(minutes=row + 1)}


def said(words):
    """Return a text as it is compared: white space and the case of a style sheet mean nothing."""
    return " ".join(words.casefold().split())


def spellings(value):
    """Return how a page may write a value: as it is, or as JSON."""
    as_json = (json.dumps(value, ensure_ascii=plain)[1:-1] for plain in (True, False))
    return {said(spelling) for spelling in (value, *as_json)}


def shown(page, label):
    """Return by column of a model in which rows a page shows its value to the end."""
    # An identity to review is a person.
    table = USER if label == "accounts.kycreview" else label
    page = said(page)
    found = {}
    for name in filled():
        if name.rpartition(".")[0] == table:
            rows = {
                row
                for row in range(2 * ROWS)
                if any(it in page for it in spellings(text(name, row)))
            }
            if rows:
                found[name] = rows
    return found


#: What each row is made with, beside its texts; each model after those that it points to.
ARGUMENTS = {
    USER: person,
    "accounts.usersession": one(user=USER),
    "accounts.totpdevice": one(user=USER),
    CUP: cup,
    SEAT: seat,
    "tournaments.booking": here(),
    "tournaments.board": one(tournament=CUP),
    "tournaments.result": result,
    "tournaments.standing": of_result,
    "trading.performancesnapshot": one(participant=SEAT),
    "trading.trade": one(participant=SEAT),
    "trading.position": one(participant=SEAT),
    "trading.quarantinedtrade": settled,
    "trading.break": one(participant=SEAT, snapshot="trading.performancesnapshot"),
    "trading.bust": one(trade="trading.trade", busted_by=USER),
    "trading.mark": one(tournament=CUP),
    "trading.tally": one(participant=SEAT),
    "trading.risk": one(participant=SEAT),
    "comms.chatmessage": message,
    "comms.chatreport": one(message="comms.chatmessage", user=USER),
    "comms.mute": mute,
    "comms.chatroom": one(tournament=CUP),
    "comms.commentary": here(trigger_user=USER),
    "comms.commentaryfact": here(commentary="comms.commentary", participant=SEAT),
    "comms.commentarystate": one(tournament=CUP, leader=SEAT),
    "comms.retraction": one(commentary="comms.commentary", retracted_by=USER),
    "comms.notification": one(user=USER),
    "comms.delivery": delivery,
    "comms.unreachableaddress": one(user=USER),
    "comms.preference": one(user=USER),
    "comms.pushsubscription": one(user=USER),
    "comms.tellingkey": one(user=USER),
    "comms.emailtemplate": nothing,
    "market.economicevent": nothing,
    "administration.systemconfiguration": setting,
    "administration.auditlog": audit_row,
    "administration.auditseal": nothing,
}
#: So many rows more of what the others are not ripe for: a seat and a trade that nothing hangs on,
#: and lines that stand.
LAST = {
    SEAT: (1, lambda office, row: seat(office, row) | {"user": office.rows[USER][-1]}),
    "trading.trade": (1, lambda office, _: {"participant": office.of(SEAT, 0)}),
    "comms.commentary": (ROWS, here()),
}
