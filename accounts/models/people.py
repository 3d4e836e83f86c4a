"""People: competitors, spectators and staff."""

from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.auth.password_validation import validate_password
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, Lower
from django.db.models.functions import Now as StatementNow

from administration.models import AuditLog
from dayrade.db.constraints import one_of, stamped
from dayrade.db.fields import UpdatedAtField, created_at, primary_key
from dayrade.db.indexes import Index
from dayrade.db.words import beginning, words

if TYPE_CHECKING:
    from datetime import datetime


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


#: Where a person is looked for by a part of what is known.
WORDS = ("email", "username", "first_name", "last_name", "zimtra_username")
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

    def with_words(self, text: str) -> Self:
        """Keep who has words beginning with those in their names or address."""
        return self.alias(known_by=words(*WORDS)).filter(known_by=beginning(text))

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
            Index(name="dayrade_users_kyc_status", fields=["kyc_status", "-created_at", "-id"]),
            # Few are: the lists of them are read without everybody else.
            Index(
                name="dayrade_users_suspended",
                fields=["created_at"],
                condition=Q(is_suspended=True),
            ),
            Index(name="dayrade_users_closed", fields=["created_at"], condition=Q(is_active=False)),
            Index(
                name="dayrade_users_unverified",
                fields=["created_at"],
                condition=Q(email_verified=False),
            ),
            GinIndex(words(*WORDS), name="dayrade_users_words"),
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


class KycReview(User):
    """A person as the queue of the back office shows them."""

    class Meta:
        proxy = True
        verbose_name = "identity to review"
        verbose_name_plural = "identities to review"

    def __str__(self) -> str:
        """Show the name that is to be confirmed."""
        return self.get_full_name()
