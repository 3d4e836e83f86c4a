"""Forms that show what a service has refused."""

from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import DatabaseError
from django.db.models import Model
from django.forms import JSONField, ModelForm
from django.forms.fields import InvalidJSONInput

from dayrade.db import sqlstates
from dayrade.errors import DomainError

INTERNAL_SERVER_ERROR = 500
REFUSED = (DomainError, ValidationError, DatabaseError)


class BoundedJSONField(JSONField):
    """JSON that cannot be nested so deep that reading it fails."""

    def to_python(self, value: Any) -> Any:
        """Read the text.

        Raises:
            ValidationError: it is no JSON, or nested too deep.

        """
        try:
            return super().to_python(value)
        except RecursionError:
            raise ValidationError("This is nested too deep.") from None

    def bound_data(self, data: Any, initial: Any) -> Any:
        """Show again what was typed, even where it cannot be read."""
        try:
            return super().bound_data(data, initial)
        except RecursionError:
            return InvalidJSONInput(data)

    def prepare_value(self, value: Any) -> Any:
        """Leave the field empty where there is nothing."""
        return None if value is None else super().prepare_value(value)


class ServiceForm(ModelForm):  # type: ignore[type-arg]  # not generic when run
    """A form that shows what the service has refused."""

    refusal: ValidationError | None = None

    def full_clean(self) -> None:
        """Check the fields, and add the refusal where nothing else is wrong."""
        super().full_clean()
        if said := self.non_field_errors():
            # Two constraints may say the same of one value.
            self.errors[NON_FIELD_ERRORS] = self.error_class([*dict.fromkeys(map(str, said))])
        if self.refusal is None or self.errors:
            return
        named_fields = set(getattr(self.refusal, "error_dict", {})) - {NON_FIELD_ERRORS}
        if named_fields <= set(self.fields):
            self.add_error(None, self.refusal)
        else:
            self.add_error(None, self.refusal.messages)


def refusal(error: Exception, model: type[Model]) -> ValidationError:
    """Say in a form's words what a service or the database has refused.

    Raises the error again where it is not the caller's doing.
    """
    if isinstance(error, ValidationError):
        return error
    if isinstance(error, DomainError):
        return ValidationError(error.message)
    answer = sqlstates.answer(error) if isinstance(error, DatabaseError) else None
    if answer is None or answer.status >= INTERNAL_SERVER_ERROR:
        raise error
    diagnostics = getattr(error.__cause__, "diag", None)
    violated = getattr(diagnostics, "constraint_name", None)
    for constraint in model._meta.constraints:
        if constraint.name == violated:
            fields: tuple[str, ...] = getattr(constraint, "fields", ())
            message = constraint.get_violation_error_message()
            return ValidationError({fields[0]: message} if len(fields) == 1 else message)
    return ValidationError(f"{answer.message}.")
