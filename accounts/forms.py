"""The forms of the back office that deal with people."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from unfold.forms import AdminOwnPasswordChangeForm, AuthenticationForm
from unfold.widgets import UnfoldAdminPasswordWidget, UnfoldAdminTextInputWidget

from accounts import hashers
from accounts.models import User, UserSession
from accounts.services import back_office, passwords, two_step
from accounts.validators import MAX_LENGTH
from dayrade.admin.forms import ServiceForm
from dayrade.api.errors import BUSY_SECONDS
from dayrade.api.throttling import sign_in_wait, spent
from dayrade.errors import BusyError, UnauthenticatedError

TOO_LONG = MaxLengthValidator(MAX_LENGTH, f"Use {MAX_LENGTH:,} characters at most.")
TOO_MANY = "Too many attempts. Try again later."


class CodeField(forms.CharField):
    """A one-time code of an authenticator."""

    def __init__(self, **kwargs: Any) -> None:
        """Let browsers and phones offer the code."""
        attrs = {"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"}
        super().__init__(
            label="Code",
            max_length=20,
            widget=UnfoldAdminTextInputWidget(attrs=attrs),
            **kwargs,
        )


class SignInForm(AuthenticationForm):  # type: ignore[misc]  # the theme has no types
    """Sign in to the back office; every attempt is in the audit log.

    `opened` is the new session; `wait` the seconds to wait, where too much has been tried or there
    is too much to do, which `busy` tells.
    """

    code = CodeField(required=False, help_text="Of your authenticator, once you have set it up.")
    opened: back_office.OpenedSession
    wait: float | None = None
    busy = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Call the sign-in name what it is."""
        super().__init__(*args, **kwargs)
        self.fields["username"].label = "E-mail address"
        self.fields["password"].validators.append(TOO_LONG)

    def clean(self) -> dict[str, Any]:
        """Sign in.

        Raises:
            ValidationError: refused, for whichever reason, or too much has been tried or is to
                be done.

        """
        try:
            return self._signed_in()
        except BusyError as error:
            self.busy, self.wait = True, BUSY_SECONDS
            raise ValidationError(error.message) from None

    def _signed_in(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = self.cleaned_data
        # Whoever is turned away has not tried.
        hashers.gate.expect_place()
        email = cleaned.get("username")
        self.wait = sign_in_wait(email) if email else None
        if self.wait is not None:
            raise ValidationError(TOO_MANY)
        # Nothing is tried where a field was left empty.
        if email and "password" in cleaned and "code" in cleaned:
            try:
                self.opened = back_office.sign_in(
                    email=email, password=cleaned["password"], code=cleaned["code"]
                )
            except UnauthenticatedError as error:
                raise ValidationError(error.message) from None
            self.user_cache = self.opened.session.user
        return cleaned


class TwoStepForm(forms.Form):
    """One step of setting up an authenticator; `wait` is as for signing in."""

    wait: float | None = None

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        """Remember whose it is."""
        self.user = user
        super().__init__(*args, **kwargs)


class BeginForm(TwoStepForm):
    """The password, and the code of the authenticator that is to be replaced."""

    password = forms.CharField(
        strip=False,
        max_length=MAX_LENGTH,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "current-password"}),
    )
    code = CodeField(help_text="Of the authenticator that you have now.")
    set_up: two_step.SetUp

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        """Ask for a code only of those who have an authenticator."""
        super().__init__(user, *args, **kwargs)
        if not two_step.is_set_up(user):
            del self.fields["code"]

    def clean(self) -> dict[str, Any]:
        """Begin.

        Raises:
            ValidationError: the password or the code is wrong, or too much has been tried.

        """
        cleaned: dict[str, Any] = self.cleaned_data
        if self.errors:
            return cleaned
        # Not the count of the door: attempts from outside shut nobody out of their own page.
        self.wait = spent("password_check", str(self.user.pk))
        if self.wait is not None:
            raise ValidationError(TOO_MANY)
        try:
            self.set_up = two_step.begin(
                user=self.user, password=cleaned["password"], code=cleaned.get("code", "")
            )
        except two_step.WrongCodeError as error:
            raise ValidationError(error.message) from None
        return cleaned


class ConfirmForm(TwoStepForm):
    """The first code of a new authenticator."""

    code = CodeField(help_text="Six digits, which change every half a minute.")

    def __init__(self, user: User, session: UserSession | None, *args: Any, **kwargs: Any) -> None:
        """Remember which session stays."""
        self.session = session
        super().__init__(user, *args, **kwargs)

    def clean(self) -> dict[str, Any]:
        """Confirm.

        Raises:
            ValidationError: it is no code of the new authenticator, or too much has been tried.

        """
        cleaned: dict[str, Any] = self.cleaned_data
        if "code" in cleaned:
            self.wait = spent("password_check", str(self.user.pk))
            if self.wait is not None:
                raise ValidationError(TOO_MANY)
            try:
                two_step.confirm(user=self.user, code=cleaned["code"], session=self.session)
            except (two_step.WrongCodeError, two_step.NotBegunError) as error:
                raise ValidationError({"code": error.message}) from None
        return cleaned


class OwnPasswordForm(AdminOwnPasswordChangeForm):  # type: ignore[misc]  # the theme has no types
    """Change one's own password through the service; `session` is the one at hand, which stays."""

    session: UserSession | None = None
    wait: float | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Bound what is hashed."""
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.validators.append(TOO_LONG)

    def clean_old_password(self) -> str:
        """Check the current password, as often as the API would.

        Raises:
            ValidationError: it is wrong, or too much has been tried.

        """
        password: str = self.cleaned_data["old_password"]
        self.wait = spent("password_check", str(self.user.pk))
        if self.wait is not None:
            raise ValidationError(TOO_MANY)
        if not passwords.is_current(user=self.user, password=password):
            raise ValidationError(passwords.WRONG)
        return password

    def save(self, commit: bool = True) -> User:  # noqa: FBT002  # Django's signature
        """Store it; the session at hand stays signed in."""
        stored = passwords.change_password(
            user=self.user,
            current_password=self.cleaned_data["old_password"],
            new_password=self.cleaned_data["new_password1"],
            session=self.session,
        )
        self.user.password = stored.password
        return stored


class NewUserForm(ServiceForm):
    """An account that staff make for somebody."""

    password = forms.CharField(
        strip=False,
        max_length=MAX_LENGTH,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}),
        help_text="At least 10 characters, for staff 15. Give it to the person by a safe way.",
    )

    class Meta:
        model = User
        fields = ("email", "username", "first_name", "last_name", "role", "password")

    def clean_password(self) -> str:
        """Check the password by the rules for this person.

        Raises:
            ValidationError: it is too weak.

        """
        password: str = self.cleaned_data["password"]
        known = {name: value for name, value in self.cleaned_data.items() if name != "password"}
        validate_password(password, User(**known))
        return password
