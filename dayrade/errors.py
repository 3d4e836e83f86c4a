"""The refusals of the domain: a code and a sentence, no HTTP."""


class DomainError(Exception):
    """Something the rules do not allow; `code` names the rule, the text tells a person."""

    code = "DOMAIN_ERROR"

    def __init__(self, message: str, *, code: str | None = None) -> None:
        """Say what is refused; `code` overrides the class's."""
        super().__init__(message)
        self.message = message
        if code:
            self.code = code


class ConflictError(DomainError):
    """The state of things forbids it now; it may be allowed at another time."""

    code = "CONFLICT"


class BusyError(DomainError):
    """There is too much to do at this moment; the same is worth another try soon."""

    code = "BUSY"


class InvalidTransitionError(ConflictError):
    """The life of the thing has no such step from where it is."""

    code = "INVALID_TRANSITION"


class ForbiddenError(DomainError):
    """This person may not do it."""

    code = "PERMISSION_DENIED"


class UnauthenticatedError(DomainError):
    """The credentials are missing or wrong."""

    code = "AUTHENTICATION_FAILED"


class TooOftenError(DomainError):
    """It was done too often; it is allowed again in `seconds`."""

    code = "RATE_LIMITED"

    def __init__(self, message: str, *, seconds: float) -> None:
        """Say what is refused, and for how long."""
        super().__init__(message)
        self.seconds = seconds
