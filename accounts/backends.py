"""Permissions that follow from a person's role."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.backends import ModelBackend

from accounts.models import Role

# What the back office lets an admin and a moderator do with each table. Nobody deletes people,
# tournaments or the ledger, and what the platform writes by itself is only read.
TABLE: Mapping[str, tuple[str, str]] = {
    "accounts.user": ("view add change decide", "view decide"),
    "accounts.kycreview": ("view decide", "view decide"),
    "accounts.usersession": ("view decide", ""),
    "accounts.totpdevice": ("view decide", ""),
    "tournaments.tournament": ("view add change decide", "view"),
    "tournaments.participant": ("view decide", "view decide"),
    "tournaments.booking": ("view", "view"),
    "tournaments.board": ("view", "view"),
    "tournaments.result": ("view", "view"),
    "tournaments.standing": ("view", "view"),
    "trading.performancesnapshot": ("view", "view"),
    "trading.trade": ("view decide", "view decide"),
    "trading.quarantinedtrade": ("view decide", "view decide"),
    "trading.break": ("view decide", "view decide"),
    "trading.bust": ("view", "view"),
    "trading.mark": ("view", "view"),
    "trading.tally": ("view", ""),
    "trading.risk": ("view", ""),
    "trading.position": ("view", "view"),
    "comms.chatmessage": ("view decide", "view decide"),
    "comms.chatreport": ("view decide", "view decide"),
    "comms.mute": ("view decide", "view decide"),
    "comms.chatroom": ("view", ""),
    "comms.commentary": ("view add decide", "view add decide"),
    "comms.commentaryfact": ("view", "view"),
    "comms.commentarystate": ("view", ""),
    "comms.retraction": ("view", "view"),
    "comms.notification": ("view", ""),
    "comms.delivery": ("view decide", ""),
    "comms.unreachableaddress": ("view decide", ""),
    "comms.preference": ("view", ""),
    "comms.pushsubscription": ("view", ""),
    "comms.tellingkey": ("view", ""),
    "comms.emailtemplate": ("view add change delete", ""),
    "market.economicevent": ("view add change delete", "view"),
    "administration.systemconfiguration": ("view decide", ""),
    "administration.auditlog": ("view", ""),
    "administration.auditseal": ("view", ""),
    "administration.schemamigration": ("view", ""),
}
COLUMNS = (Role.ADMIN, Role.MODERATOR)


def granted(role: str) -> frozenset[str]:
    """Return the permissions of a role, as Django spells them."""
    if role not in COLUMNS:
        return frozenset()
    column = COLUMNS.index(Role(role))
    return frozenset(
        model.replace(".", f".{action}_")
        for model, actions in TABLE.items()
        for action in actions[column].split()
    )


class RoleBackend(ModelBackend):
    """Signs in by e-mail address and password; the role decides the rest."""

    def user_can_authenticate(self, user: Any) -> bool:
        """Turn away closed and suspended accounts, at sign-in and at every request after it."""
        return bool(super().user_can_authenticate(user)) and not user.is_suspended

    def get_user_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        """Look the role up in the table."""
        if obj is not None or not self.user_can_authenticate(user_obj):
            return set()
        return set(granted(user_obj.role))

    def get_group_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        """Return none: there are no groups."""
        return set()
