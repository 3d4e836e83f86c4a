"""Filters of people."""

import django_filters

from accounts.models import KycStatus, Role, User
from dayrade.api.filters import AnyOf, FilterSet, FlagFilter, Ordering, Search


class UserFilterSet(FilterSet):
    """What staff look for among people; `from` and `to` bound when they signed up."""

    period = "created_at"

    role = AnyOf(choices=Role.choices)
    kyc_status = AnyOf(choices=KycStatus.choices)
    country = django_filters.CharFilter(lookup_expr="iexact")
    email_verified = FlagFilter()
    is_active = FlagFilter()
    is_suspended = FlagFilter()
    search = Search("email", "username", "first_name", "last_name")
    ordering = Ordering(
        created_at="created_at",
        username="username",
        email="email",
        last_login_at="last_login",
        kyc_since="kyc_since",
    )

    class Meta:
        model = User
        fields: list[str] = []
