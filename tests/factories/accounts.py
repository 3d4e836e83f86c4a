"""People and sessions for tests."""

import hashlib
import secrets
import uuid
from datetime import date, timedelta

import factory
from django.utils import timezone

from accounts.models import KycReview, KycStatus, Role, TotpDevice, User, UserSession

PASSWORD = "correct horse battery"


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    class Params:
        unverified = factory.Trait(email_verified=False, email_verified_at=None)
        identified = factory.Trait(
            first_name="Ada",
            last_name="Lovelace",
            date_of_birth=date(1990, 12, 10),
            country="Ireland",
        )
        in_review = factory.Trait(identified=True, kyc_status=KycStatus.IN_REVIEW)
        requires_action = factory.Trait(identified=True, kyc_status=KycStatus.REQUIRES_ACTION)
        rejected = factory.Trait(identified=True, kyc_status=KycStatus.REJECTED)
        moderator = factory.Trait(role=Role.MODERATOR)
        admin = factory.Trait(role=Role.ADMIN)
        suspended = factory.Trait(is_suspended=True, suspension_reason="Abuse in chat")
        approved = factory.Trait(
            kyc_status=KycStatus.APPROVED, kyc_approved_at=factory.LazyFunction(timezone.now)
        )

    email = factory.Sequence(lambda n: f"person{n}@example.com")
    username = factory.Sequence(lambda n: f"person{n}")
    password = factory.django.Password(PASSWORD)
    email_verified = True
    email_verified_at = factory.LazyFunction(timezone.now)


class KycReviewFactory(UserFactory):
    class Meta:
        model = KycReview

    in_review = True


class UserSessionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = UserSession

    class Params:
        token = factory.LazyFunction(secrets.token_urlsafe)

    user = factory.SubFactory(UserFactory)
    session_token = factory.LazyAttribute(lambda o: hashlib.sha256(o.token.encode()).hexdigest())
    refresh_token = factory.LazyFunction(lambda: secrets.token_hex(32))
    expires_at = factory.LazyFunction(lambda: timezone.now() + timedelta(hours=1))


class TotpDeviceFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = TotpDevice

    class Params:
        begun = factory.Trait(
            seed=None,
            confirmed_at=None,
            last_used_step=None,
            pending_seed=factory.LazyFunction(uuid.uuid4),
        )

    user = factory.SubFactory(UserFactory, admin=True)
    seed = factory.LazyFunction(uuid.uuid4)
    confirmed_at = factory.LazyFunction(timezone.now)
    last_used_step = 0
