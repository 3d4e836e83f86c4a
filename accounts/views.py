"""The back office's own pages: signing in and out, and setting up two steps."""

import math
from typing import Any, override

import segno
from django.contrib import admin, messages
from django.contrib.auth import login
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic.base import TemplateResponseMixin
from unfold.views import UnfoldSiteViewMixin

from accounts.forms import BeginForm, ConfirmForm, SignInForm
from accounts.middleware import TOKEN, session_at_hand
from accounts.services import sessions, two_step
from accounts.services.two_step import SetUp
from dayrade.admin import StaffRequest

TOO_MANY_REQUESTS = 429
UNAVAILABLE = 503
BACKEND = "accounts.backends.RoleBackend"


def limited(response: HttpResponse, wait: float | None, *, busy: bool = False) -> HttpResponse:
    """Say in the status when to come back, where too much has been tried, or is to be done."""
    if wait is not None:
        response.status_code = UNAVAILABLE if busy else TOO_MANY_REQUESTS
        response["Retry-After"] = str(max(1, math.ceil(wait)))
    return response


class SignIn(LoginView):
    """Sign in to the back office."""

    authentication_form = SignInForm
    template_name = "admin/sign_in.html"

    @override
    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the form to whoever is not in yet."""
        if admin.site.has_permission(request):
            return HttpResponseRedirect(self.get_success_url())
        return super().get(request, *args, **kwargs)

    @override
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add what every page of the back office shows."""
        page = admin.site.each_context(self.request) | {"title": "Sign in"}
        return super().get_context_data(**kwargs) | page

    @override
    def form_valid(self, form: SignInForm) -> HttpResponse:  # type: ignore[override]  # its own form
        """Begin the session; one that this browser had before ends."""
        before = session_at_hand(self.request)
        if before is not None:
            sessions.sign_out(session=before)
        self.request.session.flush()
        login(self.request, form.get_user(), backend=BACKEND)
        self.request.session[TOKEN] = form.opened.token
        return HttpResponseRedirect(self.get_success_url())

    @override
    def form_invalid(self, form: SignInForm) -> HttpResponse:  # type: ignore[override]  # its own form
        """Show the form again, with why."""
        return limited(super().form_invalid(form), form.wait, busy=form.busy)


def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session; its cookie is worth nothing from then on, wherever it has been copied to.

    Whoever opens the address, which a browser still shows then, comes to the home page instead.
    """
    if request.method != "POST":
        return HttpResponseRedirect(reverse("admin:index"))
    session = session_at_hand(request)
    if session is not None:
        sessions.sign_out(session=session)
    return admin.site.logout(request)


@method_decorator(sensitive_post_parameters(), name="dispatch")
class TwoStep(TemplateResponseMixin, UnfoldSiteViewMixin):  # type: ignore[misc]  # untyped theme
    """Set up an authenticator, or another one in its place.

    The secret is shown once the password has been entered, and to nobody who merely has the
    session.
    """

    title = "Two-step sign-in"
    permission_required = ()
    template_name = "admin/two_step.html"

    def get(self, request: StaffRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Say how things stand and offer to begin."""
        return self.page(request, form=BeginForm(request.user))

    def post(self, request: StaffRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Begin, or confirm what has begun."""
        if "secret" in request.POST:
            return self.confirm(request)
        form = BeginForm(request.user, request.POST)
        if form.is_valid():
            return self.page(request, form=ConfirmForm(request.user, None), set_up=form.set_up)
        return limited(self.page(request, form=form), form.wait)

    def confirm(self, request: StaffRequest) -> HttpResponse:
        """Take the authenticator if it shows the right code."""
        form = ConfirmForm(request.user, session_at_hand(request), request.POST)
        if form.is_valid():
            messages.success(request, "From now on, signing in takes a code of this authenticator.")
            return HttpResponseRedirect(reverse("admin:index"))
        set_up = two_step.pending(request.user)
        # Whoever has not been shown the secret is not shown it now.
        if set_up is None or request.POST["secret"] != set_up.secret:
            return HttpResponseRedirect(reverse("admin:two_step"))
        return limited(self.page(request, form=form, set_up=set_up), form.wait)

    def page(
        self, request: StaffRequest, *, form: Any, set_up: SetUp | None = None
    ) -> HttpResponse:
        """Show one of the two steps of setting up."""
        context = self.get_context_data(
            form=form,
            set_up=set_up,
            picture=picture(set_up.uri) if set_up else "",
            is_set_up=two_step.is_set_up(request.user),
        )
        return self.render_to_response(context)


def picture(uri: str) -> str:
    """Draw a QR code, as an address that holds the picture itself."""
    return segno.make(uri, micro=False).svg_data_uri(scale=5, light="#fff")
