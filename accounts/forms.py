"""The forms of the back office that deal with people."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from unfold.forms import AdminOwnPasswordChangeForm, AuthenticationForm
from unfold.widgets import UnfoldAdminPasswordWidget

from accounts.models import User, UserSession
from accounts.services import passwords, sessions
from accounts.validators import MAX_LENGTH
from dayrade.admin.forms import ServiceForm
from dayrade.api.throttling import sign_in_wait, spent

TOO_LONG = MaxLengthValidator(MAX_LENGTH, f"Use {MAX_LENGTH:,} characters at most.")


class SignInForm(AuthenticationForm):  # type: ignore[misc]  # the theme has no types
    """Sign in to the back office; every attempt is in the audit log."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Call the sign-in name what it is."""
        super().__init__(*args, **kwargs)
        self.fields["username"].label = "E-mail address"
        self.fields["password"].validators.append(TOO_LONG)

    def clean(self) -> dict[str, Any]:
        """Check the password and that the role lets this person in.

        Raises:
            ValidationError: it does not, for whichever reason, or too much has been tried.

        """
        email = self.cleaned_data.get("username")
        if email and sign_in_wait(email) is not None:
            raise ValidationError("Too many attempts to sign in. Try again later.")
        try:
            cleaned: dict[str, Any] = super().clean()
        except ValidationError:
            sessions.record_admin_denial(email=self.cleaned_data.get("username", ""))
            raise
        # Nobody, where a field was left empty.
        if user := self.get_user():
            sessions.record_admin_sign_in(user=user)
        return cleaned


class OwnPasswordForm(AdminOwnPasswordChangeForm):  # type: ignore[misc]  # the theme has no types
    """Change one's own password through the service; `session` is the one at hand, which stays."""

    session: UserSession | None = None

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
        if spent("password_check", str(self.user.pk)) is not None:
            raise ValidationError("Too many attempts. Try again later.")
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
