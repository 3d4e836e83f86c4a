"""People and their sessions."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Self
from uuid import UUID

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.auth.password_validation import validate_password
from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, Lower
from django.db.models.functions import Now as StatementNow

from accounts import devices
from administration.models import AuditLog
from dayrade.db.constraints import one_of, ordered, stamped
from dayrade.db.fields import UpdatedAtField, created_at, primary_key
from dayrade.db.functions import Now
from dayrade.db.indexes import Index


class Role(models.TextChoices):
    """What a person may do."""

    USER = "user"
    MODERATOR = "moderator"
    ADMIN = "admin"


class KycStatus(models.TextChoices):
    """How far a person's identity is known."""

    PENDING = "pending"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    REJECTED = "rejected"
    REQUIRES_ACTION = "requires_action"


SHA256 = r"^[0-9a-f]{64}$"
STAFF_ROLES = (Role.MODERATOR, Role.ADMIN)


def normalise_email(email: str) -> str:
    """Lower-case an address's domain and strip the spaces around it."""
    return BaseUserManager.normalize_email(email.strip())


class UserQuerySet(models.QuerySet["User"]):
    """Questions asked of people."""

    def with_email(self, email: str) -> Self:
        """Keep the person of that address, regardless of case."""
        return self.alias(email_lower=Lower("email")).filter(
            email_lower=normalise_email(email).lower()
        )

    def with_username(self, username: str) -> Self:
        """Keep the person of that public name, regardless of case."""
        return self.alias(username_lower=Lower("username")).filter(username_lower=username.lower())

    def visible_to(self, user: Any) -> Self:
        """Leave closed accounts to staff."""
        return self if user.is_staff else self.filter(is_active=True)

    def called(self, term: str) -> Self:
        """Keep who has exactly that e-mail address, username or Zimtra id; each has an index."""
        lower = term.strip().lower()
        return self.alias(email_lower=Lower("email"), username_lower=Lower("username")).filter(
            Q(email_lower=lower) | Q(username_lower=lower) | Q(zimtra_id=term.strip())
        )

    def able_to_sign_in(self) -> Self:
        """Keep those whose account is active and not suspended."""
        return self.filter(is_active=True, is_suspended=False)

    def staff(self) -> Self:
        """Keep moderators and admins."""
        return self.filter(role__in=STAFF_ROLES)

    def with_kyc_since(self) -> Self:
        """Add `kyc_since`: when the identity check came to where it is, by the audit log.

        A check that has never moved is as old as the account. `updated_at` would not do: it moves
        at every sign-in.
        """
        moved = AuditLog.objects.filter(
            entity_id=OuterRef("pk"),
            changes__operation="update",
            new_values__has_key="kyc_status",
        )
        latest = moved.order_by("-created_at").values("created_at")[:1]
        return self.annotate(kyc_since=Coalesce(Subquery(latest), "created_at"))

    def to_review(self) -> Self:
        """Keep those whose identity waits for a decision, who has waited longest first."""
        waiting = self.filter(kyc_status=KycStatus.IN_REVIEW)
        return waiting.with_kyc_since().order_by("kyc_since", "pk")


class UserManager(BaseUserManager["User"].from_queryset(UserQuerySet)):  # type: ignore[misc]
    """Makes people; the sign-in name is the e-mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Insert a person; without a password they cannot sign in until they set one."""
        user = User(email=normalise_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Insert an admin with a verified address.

        Raises:
            ValidationError: the password is too weak for an admin; `createsuperuser` says so.

        """
        fields.setdefault("role", Role.ADMIN)
        fields.setdefault("email_verified", True)
        fields.setdefault("email_verified_at", StatementNow())
        if password is not None:
            validate_password(password, User(email=email, **fields))
        return self.create_user(email, password, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        """Find a person by e-mail address regardless of case, as the sign-in form does."""
        found: User = self.with_email(username or "").get()
        return found


class User(AbstractBaseUser, PermissionsMixin):
    """A person: competitor, spectator or staff.

    Permissions follow from `role` alone; there are no groups and no permissions of one person.
    """

    id = primary_key()
    email = models.EmailField(max_length=255)
    password = models.CharField(max_length=255, db_column="password_hash")
    first_name = models.CharField(max_length=100, null=True, blank=True)
    last_name = models.CharField(max_length=100, null=True, blank=True)
    username = models.CharField(max_length=50, null=True, blank=True)
    avatar_url = models.URLField(max_length=500, null=True, blank=True)
    role = models.CharField(max_length=20, choices=Role, default=Role.USER, db_default=Role.USER)

    zimtra_id = models.CharField(max_length=100, null=True, blank=True)
    zimtra_username = models.CharField(max_length=100, null=True, blank=True)

    kyc_status = models.CharField(
        max_length=20, choices=KycStatus, default=KycStatus.PENDING, db_default=KycStatus.PENDING
    )
    kyc_approved_at = models.DateTimeField(null=True, blank=True)
    email_verified = models.BooleanField(default=False, db_default=False)
    email_verified_at = models.DateTimeField(null=True, blank=True)

    country = models.CharField(max_length=100, null=True, blank=True)
    timezone = models.CharField(max_length=50, null=True, blank=True)
    date_of_birth = models.DateField(null=True, blank=True)
    phone_number = models.CharField(max_length=20, null=True, blank=True)

    is_active = models.BooleanField(default=True, db_default=True)
    is_suspended = models.BooleanField(default=False, db_default=False)
    suspension_reason = models.TextField(null=True, blank=True)
    last_login = models.DateTimeField(null=True, blank=True, db_column="last_login_at")

    created_at = created_at()
    updated_at = UpdatedAtField()

    groups = None  # type: ignore[assignment]  # Django's way to leave a field out
    user_permissions = None  # type: ignore[assignment]

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    #: What the check of an identity rests on.
    IDENTITY = ("first_name", "last_name", "date_of_birth", "country")

    if TYPE_CHECKING:
        kyc_since: datetime  # with_kyc_since() adds it

    class Meta:
        db_table = "users"
        constraints = [
            one_of("users", "role", Role),
            one_of("users", "kyc_status", KycStatus),
            models.UniqueConstraint(
                name="users_email_key",
                fields=["email"],
                violation_error_message="An account with this e-mail address exists.",
            ),
            models.UniqueConstraint(
                name="users_username_key",
                fields=["username"],
                violation_error_message="This username is taken.",
            ),
            models.UniqueConstraint(
                name="users_zimtra_id_key",
                fields=["zimtra_id"],
                violation_error_message="This Zimtra account belongs to another person.",
            ),
            models.CheckConstraint(
                name="users_email_format",
                condition=Q(email__iregex=r"^[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}$"),
                violation_error_message="Enter an e-mail address such as name@example.com.",
            ),
            models.UniqueConstraint(
                Lower("email"),
                name="dayrade_users_email_lower",
                violation_error_message="An account with this e-mail address exists.",
            ),
            models.UniqueConstraint(
                Lower("username"),
                name="dayrade_users_username_lower",
                violation_error_message="This username is taken.",
            ),
            models.CheckConstraint(
                name="dayrade_users_username_format",
                condition=Q(username__regex=r"^[A-Za-z0-9][A-Za-z0-9_-]{2,49}$"),
                violation_error_message=(
                    "A username has 3 to 50 letters, digits, hyphens and underscores,"
                    " and starts with a letter or a digit."
                ),
            ),
            models.CheckConstraint(
                name="dayrade_users_kyc_approved_stamped",
                condition=Q(kyc_status=KycStatus.APPROVED, kyc_approved_at__isnull=False)
                | (~Q(kyc_status=KycStatus.APPROVED) & Q(kyc_approved_at__isnull=True)),
                violation_error_message="An approved identity has its instant, no other has one.",
            ),
            stamped(
                "users",
                "email_verified",
                "email_verified_at",
                message="A verified address has its instant, no other has one.",
            ),
            models.CheckConstraint(
                name="dayrade_users_suspended_with_reason",
                condition=Q(is_suspended=False)
                | Q(suspension_reason__isnull=False) & ~Q(suspension_reason=""),
                violation_error_message="A suspension needs a reason.",
            ),
        ]
        indexes = [
            Index(name="idx_users_email", fields=["email"]),
            Index(name="idx_users_zimtra_id", fields=["zimtra_id"]),
            Index(name="idx_users_kyc_status", fields=["kyc_status"]),
            Index(name="idx_users_role", fields=["role"]),
            Index(name="idx_users_created_at", fields=["created_at"]),
        ]

    def __str__(self) -> str:
        """Show the public name, or the address of somebody without one."""
        return self.username or self.email

    @property
    def may_sign_in(self) -> bool:
        """Whether the account is active and not suspended."""
        return self.is_active and not self.is_suspended

    @property
    def is_staff(self) -> bool:
        """Whether the back office lets this person in."""
        return self.role in STAFF_ROLES and not self.is_suspended

    @property
    def is_superuser(self) -> bool:  # type: ignore[override]
        """Whether the role allows everything that any role allows."""
        return self.role == Role.ADMIN and not self.is_suspended

    def birth_date_visible_to(self, staff: "User") -> bool:
        """Tell whether a member of staff needs it: moderators only while they decide."""
        return staff.role == Role.ADMIN or self.kyc_status == KycStatus.IN_REVIEW

    def get_full_name(self) -> str:
        """Return first and last name, or the public name."""
        return " ".join(filter(None, [self.first_name, self.last_name])) or str(self)

    def get_short_name(self) -> str:
        """Return what the back office greets with."""
        return self.first_name or str(self)


def session_lifetime(role: str) -> timedelta:
    """Return how long after the sign-in a session of such a person ends, however it is used."""
    if role in STAFF_ROLES:
        return timedelta(hours=settings.STAFF_SESSION_HOURS)
    return timedelta(days=settings.API_REFRESH_DAYS)


class KycReview(User):
    """A person as the queue of the back office shows them."""

    class Meta:
        proxy = True
        verbose_name = "identity to review"
        verbose_name_plural = "identities to review"

    def __str__(self) -> str:
        """Show the name that is to be confirmed."""
        return self.get_full_name()


class UserSessionQuerySet(models.QuerySet["UserSession"]):
    """Questions asked of sessions; the clock is the database's."""

    def open(self) -> Self:
        """Keep sessions that have not ended: their refresh token gets new tokens."""
        idle = timedelta(minutes=settings.STAFF_IDLE_MINUTES)
        of_staff = Q(
            user__role__in=STAFF_ROLES,
            created_at__gt=Now() - session_lifetime(Role.ADMIN),
            last_accessed_at__gt=Now() - idle,
        )
        of_others = Q(user__role=Role.USER, created_at__gt=Now() - session_lifetime(Role.USER))
        return self.filter(
            of_staff | of_others,
            is_active=True,
            user__is_active=True,
            user__is_suspended=False,
        )

    def live(self) -> Self:
        """Keep open sessions whose session token still signs their person in."""
        return self.open().filter(expires_at__gt=Now())

    def locked(self, pk: UUID) -> "UserSession | None":
        """Return that session with its person, and lock it until the transaction ends."""
        rows = self.select_for_update(no_key=True, of=("self",))
        return rows.select_related("user").filter(pk=pk).first()

    def with_token(self, digest: str) -> Self:
        """Keep the session of a token's SHA-256, with its person."""
        return self.filter(session_token=digest).select_related("user")

    def revoke(self) -> int:
        """End the sessions at once and return how many there were."""
        return self.filter(is_active=True).update(is_active=False)


class UserSession(models.Model):
    """A sign-in on one device; the tokens are stored as SHA-256 in hexadecimal.

    `expires_at` is the end of the session token, which a refresh moves.
    """

    id = primary_key()
    user = models.ForeignKey(
        User, on_delete=models.DB_CASCADE, db_index=False, related_name="sessions"
    )
    session_token = models.CharField(max_length=255)
    refresh_token = models.CharField(max_length=255)
    device_info = models.JSONField(null=True, blank=True)
    ip_address = models.GenericIPAddressField(null=True, blank=True)
    user_agent = models.TextField(null=True, blank=True)
    is_active = models.BooleanField(default=True, db_default=True)
    expires_at = models.DateTimeField()
    created_at = created_at()
    last_accessed_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = models.Manager.from_queryset(UserSessionQuerySet)()

    class Meta:
        db_table = "user_sessions"
        constraints = [
            models.UniqueConstraint(
                name="user_sessions_session_token_key",
                fields=["session_token"],
                violation_error_message="A token belongs to one session.",
            ),
            models.UniqueConstraint(
                name="user_sessions_refresh_token_key",
                fields=["refresh_token"],
                violation_error_message="A token belongs to one session.",
            ),
            models.CheckConstraint(
                name="dayrade_user_sessions_hashed",
                condition=Q(session_token__regex=SHA256) & Q(refresh_token__regex=SHA256),
                violation_error_message="A token is stored only as its SHA-256.",
            ),
            ordered(
                "user_sessions",
                "expires_after_creation",
                "created_at",
                "expires_at",
                "A session ends after it begins.",
            ),
        ]
        indexes = [
            Index(name="idx_user_sessions_user_id", fields=["user"]),
            Index(name="idx_user_sessions_session_token", fields=["session_token"]),
            Index(name="idx_user_sessions_expires_at", fields=["expires_at"]),
        ]

    def __str__(self) -> str:
        """Show whose session it is and since when."""
        return f"{self.user} since {self.created_at:%Y-%m-%d %H:%M}"

    @property
    def refresh_expires_at(self) -> datetime:
        """The end of the session, which nothing moves."""
        end: datetime = self.created_at + session_lifetime(self.user.role)
        return end

    @property
    def device(self) -> str | None:
        """What it runs on, such as "Firefox on Linux"; None where that is unknown."""
        return devices.label(self.device_info)


class TotpDeviceQuerySet(models.QuerySet["TotpDevice"]):
    """Questions asked of authenticators."""

    def confirmed(self) -> Self:
        """Keep those that a sign-in asks for a code of."""
        return self.filter(confirmed_at__isnull=False)


class TotpDevice(models.Model):
    """A person's authenticator: the second step of signing in.

    No secret is stored. It is derived from `seed` and the platform's SECRET_KEY, so that a copy of
    the table makes no codes. `pending_seed` is that of an authenticator being set up, which takes
    the other's place once a code of it has been entered.
    """

    id = primary_key()
    user = models.ForeignKey(
        User, on_delete=models.DB_CASCADE, db_index=False, related_name="totp_devices"
    )
    seed = models.UUIDField(null=True, blank=True, editable=False)
    pending_seed = models.UUIDField(null=True, blank=True, editable=False)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    last_used_step = models.BigIntegerField(null=True, blank=True, editable=False)
    created_at = created_at()

    objects = models.Manager.from_queryset(TotpDeviceQuerySet)()

    class Meta:
        db_table = "dayrade_totp_devices"
        verbose_name = "authenticator"
        constraints = [
            models.UniqueConstraint(
                name="dayrade_totp_devices_user_key",
                fields=["user"],
                violation_error_message="A person has one authenticator.",
            ),
            models.CheckConstraint(
                name="dayrade_totp_devices_confirmed_stamped",
                condition=Q(
                    confirmed_at__isnull=False, seed__isnull=False, last_used_step__isnull=False
                )
                | Q(confirmed_at__isnull=True, seed__isnull=True, last_used_step__isnull=True),
                violation_error_message=(
                    "A confirmed authenticator has its instant and the code that confirmed it,"
                    " no other has them."
                ),
            ),
            models.CheckConstraint(
                name="dayrade_totp_devices_seeded",
                condition=Q(seed__isnull=False) | Q(pending_seed__isnull=False),
                violation_error_message="An authenticator is confirmed or being set up.",
            ),
        ]

    def __str__(self) -> str:
        """Show whose it is."""
        return f"Authenticator of {self.user}"
