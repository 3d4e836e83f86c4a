"""People and sessions for tests."""

import hashlib
import secrets
from datetime import timedelta

import factory
from django.utils import timezone

from accounts.models import KycStatus, Role, User, UserSession

PASSWORD = "correct horse battery"


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    class Params:
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


class UserSessionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = UserSession

    class Params:
        token = factory.LazyFunction(secrets.token_urlsafe)

    user = factory.SubFactory(UserFactory)
    session_token = factory.LazyAttribute(lambda o: hashlib.sha256(o.token.encode()).hexdigest())
    refresh_token = factory.LazyFunction(lambda: secrets.token_hex(32))
    expires_at = factory.LazyFunction(lambda: timezone.now() + timedelta(hours=1))
