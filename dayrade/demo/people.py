"""The people of the demo: staff, competitors and spectators, with their sessions."""

import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password

from accounts.models import KycStatus, Role, User, UserSession, session_lifetime
from administration import audit
from administration.models import AuditLog
from dayrade.demo.chance import Chance
from dayrade.demo.names import ADJECTIVES, CREATURES, REGIONS, Region

# Printed wherever the demo is: it opens nothing but the demo.
PASSWORD = "trading-for-show-only"  # noqa: S105


@dataclass(frozen=True, slots=True)
class SignIn:
    """An account that a visitor of the demo may use."""

    role: str
    email: str
    password: str = PASSWORD


SIGN_INS = (
    SignIn("admin", "admin@dayrade.example"),
    SignIn("moderator", "moderator@dayrade.example"),
    SignIn("competitor", "competitor@dayrade.example"),
)
STAFF = (
    (Role.ADMIN, "Robin", "Calloway", "robin_c"),
    (Role.MODERATOR, "Noor", "Haddad", "noor_mod"),
)
AGENTS = (
    (
        {"browser": "Firefox", "system": "Linux"},
        "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    ),
    (
        {"name": "My phone", "browser": "Mobile Safari", "system": "iOS"},
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15"
            " (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1"
        ),
    ),
    (
        {"browser": "Chrome", "system": "Windows"},
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36"
            " (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36"
        ),
    ),
)
SUSPENSIONS = (
    "Insulted other competitors in the chat after two warnings.",
    "Opened a second account under another name.",
    "Charged back an entry fee after the tournament had begun.",
)


@dataclass(frozen=True, slots=True)
class Crowd:
    """Everybody, sorted by what they are here for."""

    admin: User
    moderator: User
    competitors: list[User]
    spectators: list[User]

    @property
    def everybody(self) -> list[User]:
        """Return staff first, then competitors, then spectators."""
        return [self.admin, self.moderator, *self.competitors, *self.spectators]


class Registry:
    """Hands out names, addresses and accounts that nobody else has."""

    def __init__(self, chance: Chance, at: datetime) -> None:
        """Begin with no name taken."""
        self.chance = chance
        self.at = at
        self.taken: set[str] = set()
        # One hash for everybody: 200 honest ones would take longer than all the rest.
        self.password = make_password(PASSWORD, salt=f"{chance.getrandbits(128):032x}")

    def user(self, **fields: Any) -> User:
        """Make somebody whose account is two months to two years old and verified."""
        joined = self.at - timedelta(
            days=self.chance.randint(60, 700), seconds=self.chance.randrange(86_400)
        )
        verified = joined + timedelta(seconds=self.chance.randint(60, 90_000))
        return User(
            **{
                "id": self.chance.uuid(),
                "password": self.password,
                "created_at": joined,
                "email_verified": True,
                "email_verified_at": verified,
                "kyc_status": KycStatus.APPROVED,
                "kyc_approved_at": verified + timedelta(hours=self.chance.randint(2, 90)),
            }
            | fields
        )

    def person(self, number: int, **fields: Any) -> User:
        """Make somebody of a country, with a public name and an address that follow."""
        region = self.chance.choice(REGIONS)
        first = self.chance.choice(region.first_names)
        last = self.chance.choice(region.last_names)
        username = self.free(self.handle(first, last))
        return self.user(
            **{
                "email": self.address(first, last),
                "first_name": first,
                "last_name": last,
                "username": username,
                "country": region.country,
                "timezone": region.timezone,
                "date_of_birth": self.birthday(),
                "phone_number": self.telephone(region),
                "zimtra_id": f"ZU-{number:06d}",
                "zimtra_username": username,
            }
            | fields
        )

    def handle(self, first: str, last: str) -> str:
        """Draw a public name: some wear their own, some a creature's."""
        name, family = ascii_of(first), ascii_of(last)
        creature = self.chance.choice(CREATURES)
        return self.chance.choice(
            (
                f"{name}_{family[0]}",
                f"{name}{family}",
                f"{name}_the_{creature}",
                f"{self.chance.choice(ADJECTIVES)}_{creature}",
            )
        )

    def address(self, first: str, last: str) -> str:
        """Draw an address under a domain that cannot exist."""
        name = self.free(f"{ascii_of(first)}.{ascii_of(last)}")
        return f"{name}@{self.chance.choice(('mail', 'post', 'inbox'))}.example"

    def free(self, wanted: str) -> str:
        """Return the name, with the first number that makes it nobody else's."""
        name, number = wanted, 1
        while name in self.taken:
            number += 1
            name = f"{wanted}{number}"
        self.taken.add(name)
        return name

    def birthday(self) -> date:
        """Draw a birthday of somebody between 19 and 63."""
        return self.at.date() - timedelta(days=self.chance.randint(19 * 365 + 5, 63 * 365))

    def telephone(self, region: Region) -> str:
        """Draw a number from the range that fiction uses."""
        return f"{region.prefix} 555 01{self.chance.randrange(100):02d}"


def ascii_of(name: str) -> str:
    """Return a name in lower-case letters from a to z."""
    plain = unicodedata.normalize("NFKD", name)
    return "".join(letter for letter in plain.lower() if "a" <= letter <= "z")


def settle(chance: Chance, at: datetime, competitors: int) -> Crowd:
    """Insert everybody; every state of KYC is among the spectators."""
    registry = Registry(chance, at)
    staff = [
        registry.user(
            role=role,
            first_name=first,
            last_name=last,
            username=username,
            email=sign_in.email,
            country="United States",
            timezone="America/New_York",
        )
        for (role, first, last, username), sign_in in zip(STAFF, SIGN_INS[:2], strict=True)
    ]
    known = registry.person(
        1, email=SIGN_INS[2].email, first_name="Sam", last_name="Rivers", username="sam_rivers"
    )
    rivals = [registry.person(number) for number in range(2, competitors + 1)]
    spectators = [
        spectator(registry, competitors + number)
        if number > len(KycStatus)
        else spectator(registry, competitors + number, list(KycStatus)[number - 1])
        for number in range(1, max(12, competitors // 6) + 1)
    ]
    crowd = Crowd(staff[0], staff[1], [known, *rivals], spectators)
    sessions = [one for user in crowd.everybody for one in signed_in(chance, at, user)]
    User.objects.bulk_create(crowd.everybody)
    UserSession.objects.bulk_create(sessions)
    suspend(chance, crowd)
    submitted(chance, at, crowd)
    return crowd


def spectator(registry: Registry, number: int, kyc: KycStatus | None = None) -> User:
    """Make somebody who watches; without a state of KYC given, any."""
    kyc = kyc or registry.chance.choice(list(KycStatus))
    user = registry.person(number, kyc_status=kyc, zimtra_id=None, zimtra_username=None)
    if kyc != KycStatus.APPROVED:
        user.kyc_approved_at = None
    if kyc == KycStatus.PENDING and registry.chance.hits(0.5):
        user.email_verified, user.email_verified_at = False, None
    return user


def signed_in(chance: Chance, at: datetime, user: User) -> list[UserSession]:
    """Give somebody up to three sessions and note the last sign-in.

    Some are in use, some can be refreshed, some were signed out of, and some have come to their
    end by themselves.
    """
    sessions = []
    for _ in range(chance.choice((0, 1, 1, 2, 3)) if user.email_verified else 0):
        device, agent = chance.choice(AGENTS)
        began = at - timedelta(seconds=chance.randint(600, 40 * 86_400))
        ended_at = began + session_lifetime(user.role)
        # Most sessions are in daily use: the last time is likelier to be a short while ago.
        last = min(at, ended_at)
        used = last - (last - began) * chance.random() ** 8
        token = timedelta(minutes=settings.API_SESSION_MINUTES)
        refreshed = max(began, used - token * chance.random())
        sessions.append(
            UserSession(
                id=chance.uuid(),
                user=user,
                # Random digests: there is no token that hashes to them.
                session_token=f"{chance.getrandbits(256):064x}",
                refresh_token=f"{chance.getrandbits(256):064x}",
                device_info=dict(device),
                ip_address=f"203.0.113.{chance.randint(1, 254)}",
                user_agent=agent,
                is_active=chance.hits(0.6),
                created_at=began,
                last_accessed_at=used,
                expires_at=min(refreshed + token, ended_at),
            )
        )
        user.last_login = max(user.last_login or began, began)
    return sessions


def suspend(chance: Chance, crowd: Crowd) -> None:
    """Suspend a few spectators, each for a reason, which ends their sessions."""
    for user, reason in zip(chance.sample(crowd.spectators, 3), SUSPENSIONS, strict=True):
        user.is_suspended, user.suspension_reason = True, reason
        audit.acting(crowd.moderator, "user.suspend", reason=reason)
        user.save(update_fields=["is_suspended", "suspension_reason", "updated_at"])
        UserSession.objects.filter(user=user).revoke()


def submitted(chance: Chance, at: datetime, crowd: Crowd) -> None:
    """Date the submissions of those who wait for a decision: up to five days ago."""
    AuditLog.objects.bulk_create(
        AuditLog(
            user=user,
            action="kyc.submit",
            entity_type=User._meta.db_table,
            entity_id=user.pk,
            old_values={"kyc_status": KycStatus.PENDING},
            new_values={"kyc_status": KycStatus.IN_REVIEW},
            changes={"operation": "update", "fields": ["kyc_status"]},
            created_at=at - timedelta(minutes=chance.randint(10, 5 * 1440)),
        )
        for user in crowd.everybody
        if user.kyc_status == KycStatus.IN_REVIEW
    )
