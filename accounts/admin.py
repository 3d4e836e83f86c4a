"""The back office of people, their sessions and their authenticators."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.models import Group
from django.contrib.auth.views import PasswordChangeView
from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import reverse_lazy
from django.utils import formats
from django.utils.html import format_html
from unfold.decorators import action, display
from unfold.views import UnfoldSiteViewMixin

from accounts import reviews  # noqa: F401  # registers the queue
from accounts.decisions import END_SESSION, TAKE_AWAY, PersonDecidingAdmin
from accounts.forms import NewUserForm, OwnPasswordForm
from accounts.middleware import session_at_hand
from accounts.models import KycStatus, Role, TotpDevice, User, UserSession
from accounts.services import people
from accounts.views import limited
from dayrade.admin import LargeAdmin, ServiceAdmin, StaffRequest, is_id
from dayrade.admin.columns import (
    MINUTE,
    address,
    badge,
    flag,
    instant,
    link,
    page_of,
    plain,
    related,
)
from dayrade.admin.decisions import DecidingAdmin

ROLE_COLOURS = {Role.ADMIN: "primary", Role.MODERATOR: "info"}
KYC_COLOURS = {
    KycStatus.IN_REVIEW: "warning",
    KycStatus.APPROVED: "success",
    KycStatus.REJECTED: "danger",
    KycStatus.REQUIRES_ACTION: "info",
}
#: What moderators do not see; a birth date they see while they decide about it.
ADMINS_ONLY = {
    "kyc_approved_at",
    "date_of_birth",
    "phone_number",
    "timezone",
    "accounts_usersession_list",
}


# Roles are the only groups.
admin.site.unregister(Group)


class PasswordChange(UnfoldSiteViewMixin, PasswordChangeView):  # type: ignore[misc]  # untyped theme
    """Change one's own password."""

    title = "Change password"
    permission_required = ()
    form_class = OwnPasswordForm
    template_name = "registration/password_change_form.html"
    success_url = reverse_lazy("admin:password_change_done")

    def get_form(self, form_class: Any = None) -> Any:
        """Say which session stays."""
        form: Any = super().get_form(form_class)
        form.session = session_at_hand(self.request)
        return form

    def form_invalid(self, form: Any) -> HttpResponse:
        """Show the form again, with why."""
        return limited(super().form_invalid(form), form.wait)


class StandingFilter(admin.SimpleListFilter):
    """Who can sign in, and who cannot."""

    title = "standing"
    parameter_name = "standing"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        """Name the three standings."""
        return [("good", "In good standing"), ("suspended", "Suspended"), ("closed", "Closed")]

    def queryset(self, request: Any, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep those of the chosen one."""
        match self.value():
            case "good":
                return queryset.filter(is_active=True, is_suspended=False)
            case "suspended":
                return queryset.filter(is_suspended=True)
            case "closed":
                return queryset.filter(is_active=False)
        return queryset


@display(description="Person", ordering="username")  # type: ignore[untyped-decorator]
def person(row: User) -> str:
    """Lead to the page with all about somebody."""
    return format_html('<a class="font-semibold text-link" href="{}">{}</a>', page_of(row), row)


SEATS = related("tournaments_participant", "user__id__exact", "Seats")
TRADES = related("trading_trade", "user__id__exact", "Trades")
MESSAGES = related("comms_chatmessage", "user__id__exact", "Messages")
SESSIONS = related("accounts_usersession", "user__id__exact", "Sessions")


@admin.register(User)
class UserAdmin(PersonDecidingAdmin, ServiceAdmin):
    """People: made and edited by admins, read by moderators, decided about by both."""

    change_form_outer_after_template = "admin/privacy.html"
    list_display = [
        person,
        "email",
        plain("get_full_name", "Name"),
        badge("role", ROLE_COLOURS),
        badge("kyc_status", KYC_COLOURS),
        flag("is_suspended", ("Suspended", ""), "danger", "Suspension"),
        "country",
        "created_at",
    ]
    list_display_links = None
    list_filter = ["role", "kyc_status", StandingFilter, "email_verified", "created_at"]
    ordering = ["-created_at"]
    sortable_by = ["email", "created_at"]
    search_fields = ["email", "username", "first_name", "last_name", "zimtra_username"]
    search_help_text = "E-mail address, username, Zimtra ID, ID, or how names begin"
    readonly_fields = [
        "kyc_status",
        "kyc_approved_at",
        "email_verified",
        "email_verified_at",
        "is_suspended",
        "suspension_reason",
        "last_login",
        "created_at",
        "updated_at",
        SEATS,
        TRADES,
        MESSAGES,
        SESSIONS,
    ]
    fieldsets = [
        (None, {"fields": ["email", "username", "first_name", "last_name", "avatar_url", "role"]}),
        ("Activity", {"fields": [SEATS, TRADES, MESSAGES, SESSIONS]}),
        ("Zimtra integration", {"fields": ["zimtra_id", "zimtra_username"]}),
        (
            "KYC and verification",
            {"fields": ["kyc_status", "kyc_approved_at", "email_verified", "email_verified_at"]},
        ),
        ("Profile", {"fields": ["country", "timezone", "date_of_birth", "phone_number"]}),
        (
            "Account status",
            {"fields": ["is_active", "is_suspended", "suspension_reason", "last_login"]},
        ),
        ("Metadata", {"fields": ["created_at", "updated_at"]}),
    ]
    add_fieldsets = [
        (
            None,
            {"fields": ["email", "username", "first_name", "last_name", "role", "password"]},
        )
    ]

    def get_list_display(self, request: StaffRequest) -> list[Any]:
        """Leave what is for admins out for others."""
        return self.shown_to(request, super().get_list_display(request))

    def get_list_filter(self, request: StaffRequest) -> list[Any]:
        """Leave what is for admins out for others."""
        return self.shown_to(request, super().get_list_filter(request))

    def get_fieldsets(self, request: StaffRequest, obj: Any = None) -> list[Any]:
        """Leave what is for admins out for others."""
        return [
            (title, options | {"fields": self.shown_to(request, options["fields"], obj)})
            for title, options in super().get_fieldsets(request, obj)
        ]

    def shown_to(self, request: StaffRequest, names: Any, user: User | None = None) -> list[Any]:
        """Keep the columns that this person's role may see, in general or of somebody."""
        if self.may(request, "change"):
            return list(names)
        hidden = set(ADMINS_ONLY)
        if user and user.birth_date_visible_to(request.user):
            hidden.remove("date_of_birth")
        return [name for name in names if getattr(name, "__name__", name) not in hidden]

    def get_search_results(
        self, request: StaffRequest, queryset: Any, search_term: str
    ) -> tuple[QuerySet[User], bool]:
        """Look for exactly that person first, and only then for words: each takes an index."""
        term = search_term.strip()
        if not term:
            return queryset, False
        if is_id(term):
            return queryset.filter(pk=term), False
        exactly = queryset.called(term)
        if exactly.exists():
            return exactly, False
        return queryset.with_words(term), False

    def get_form(self, request: StaffRequest, obj: Any = None, **kwargs: Any) -> Any:
        """Ask for a password only when the account is made."""
        if obj is None:
            kwargs["form"] = NewUserForm
        return super().get_form(request, obj, **kwargs)

    def create(self, request: StaffRequest, fields: dict[str, Any]) -> User:
        """Make the account."""
        password = fields.pop("password")
        return people.create_by_staff(actor=request.user, password=password, fields=fields)

    def update(self, request: StaffRequest, obj: User, changes: dict[str, Any]) -> None:
        """Change the account."""
        people.update_by_staff(actor=request.user, user=obj, changes=changes)


class StateFilter(admin.SimpleListFilter):
    """Which sessions have ended, be it by their time alone."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        """Name both states."""
        return [("open", "Open"), ("ended", "Ended")]

    def queryset(self, request: Any, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep those of the chosen one."""
        states = {"open": True, "ended": False}
        value = self.value()
        return queryset.filter(is_open=states[value]) if value in states else queryset


STATE = flag("is_open", ("Open", "Ended"), "success", "State")


@admin.register(UserSession)
class UserSessionAdmin(DecidingAdmin, LargeAdmin):
    """Sign-ins to the API and the back office, which admins end; nobody sees a token's hash."""

    list_display = [
        instant("created_at", "Signed in"),
        link("user"),
        plain("device"),
        plain("ip_address"),
        STATE,
        instant("last_accessed_at", "Last used"),
        instant("expires_at", "Ends"),
    ]
    list_filter = [StateFilter, "expires_at"]
    list_select_related = ["user"]
    linked = ("user",)
    ordering = ["-expires_at"]
    sortable_by = ["expires_at"]
    search_help_text = "Username, e-mail address or ID"
    fieldsets = [
        (None, {"fields": ["user", STATE, "expires_at"]}),
        ("Device", {"fields": ["device_info", "ip_address", "user_agent"]}),
        ("Metadata", {"fields": ["created_at", "last_accessed_at"]}),
    ]
    readonly_fields = [STATE]
    decisions = {"end": END_SESSION}
    actions_detail = ["end"]

    def get_queryset(self, request: StaffRequest) -> QuerySet[Any]:
        """Read which have ended, by their time too."""
        sessions: QuerySet[Any] = super().get_queryset(request).with_state()
        return sessions

    def possible(self, request: StaffRequest, row: Any) -> list[str]:
        """End what has not ended."""
        return ["end"] if row.is_open else []

    def facts(self, request: StaffRequest, row: UserSession) -> list[tuple[str, Any]]:
        """Show which session it is."""
        return [
            ("Device", row.device),
            ("Address", row.ip_address),
            ("Signed in", formats.date_format(row.created_at, MINUTE)),
            ("Last used", formats.date_format(row.last_accessed_at, MINUTE)),
        ]

    def after(self, row: UserSession | None) -> str:
        """Go on with the person's sessions."""
        return f"{page_of(row.user)}#sessions" if row else address(UserSession, "changelist")

    @action(description="End the session", permissions=["decide"])  # type: ignore[untyped-decorator]
    def end(self, request: StaffRequest, object_id: str) -> Any:
        """Make somebody sign in again on one device."""
        return self.ask(request, object_id, "end")


@admin.register(TotpDevice)
class TotpDeviceAdmin(DecidingAdmin, LargeAdmin):
    """Authenticators, of which nothing secret is known; an admin takes a lost one away."""

    list_display = [instant("created_at", "Begun"), link("user"), "confirmed_at"]
    list_select_related = ["user"]
    linked = ("user",)
    ordering = ["-created_at", "-pk"]
    sortable_by = ["created_at"]
    search_help_text = "Username, e-mail address or ID"
    fieldsets = [(None, {"fields": ["user", "confirmed_at", "created_at"]})]
    decisions = {"take_away": TAKE_AWAY}
    actions_detail = ["take_away"]

    def possible(self, request: StaffRequest, row: TotpDevice) -> list[str]:
        """Take away what is somebody else's."""
        return ["take_away"] if row.user_id != request.user.pk else []

    def after(self, row: TotpDevice | None) -> str:
        """Go on with the list."""
        return address(TotpDevice, "changelist")

    @action(description="Take away", permissions=["decide"])  # type: ignore[untyped-decorator]
    def take_away(self, request: StaffRequest, object_id: str) -> Any:
        """Take a lost authenticator away."""
        return self.ask(request, object_id, "take_away")
