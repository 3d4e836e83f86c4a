"""The rules of a password: how long, and not one of those that are tried first.

There are no rules of composition: length and a list keep more out than "one digit, one sign" does.
"""

import re
from typing import Any, override

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError

from accounts.models import STAFF_ROLES

MIN_LENGTH = 10
STAFF_MIN_LENGTH = 15
#: Nothing longer is hashed: the work would be the sender's to choose.
MAX_LENGTH = 1000
#: What anybody tries who knows what this is; the list of the specific words of ASVS 6.1.2.
OWN_WORDS = re.compile(
    "dayrade|day-?trad(?:e|er|ing)|trad(?:e|er|ing)|tournament|zimtra|competitor|moderator|admin"
    "|password|passphrase|secret|login|welcome"
)
LEFT_MIN = 8
#: What is left of a password without the digits and signs around it is looked up from here on.
WORD_MIN = 4
SURROUNDED = re.compile(r"^[\W\d_]*(.*?)[\W\d_]*$", re.DOTALL)
#: A password that repeats no more than this is tried first too: ten spaces are on no list.
UNIT_MAX = 2
REPEATED = re.compile(r"^(.+?)\1+$", re.DOTALL)


def min_length(user: Any = None) -> int:
    """Return how long the password of a person has to be; of somebody unknown, anybody's."""
    return STAFF_MIN_LENGTH if user is not None and user.role in STAFF_ROLES else MIN_LENGTH


class Length:
    """Between the bounds; the lower one is higher for staff."""

    def validate(self, password: str, user: Any = None) -> None:
        """Count the characters.

        Raises:
            ValidationError: too few or too many.

        """
        if len(password) > MAX_LENGTH:
            raise ValidationError(f"Use {MAX_LENGTH:,} characters at most.", "password_too_long")
        if len(password) < (least := min_length(user)):
            raise ValidationError(f"Use {least} characters or more.", "password_too_short")

    def get_help_text(self) -> str:
        """Tell it before somebody types."""
        return f"At least {MIN_LENGTH} characters; for staff {STAFF_MIN_LENGTH}."


class Common(CommonPasswordValidator):
    """None of the 20,000 most used ones: alone, repeated, or with digits and signs around it."""

    @override
    def validate(self, password: str, user: Any = None) -> None:
        """Look up what is left of it.

        Raises:
            ValidationError: it is on the list, or one or two characters over and over.

        """
        plain = password[:MAX_LENGTH].lower().strip()
        word = SURROUNDED.sub(r"\1", plain)
        if len(REPEATED.sub(r"\1", password[:MAX_LENGTH])) <= UNIT_MAX:
            raise ValidationError("This password is too common.", "password_too_common")
        super().validate(plain, user)
        super().validate(REPEATED.sub(r"\1", plain), user)
        if len(word) >= WORD_MIN:
            super().validate(REPEATED.sub(r"\1", word), user)

    @override
    def get_help_text(self) -> str:
        """Tell it before somebody types."""
        return "None that many people use, nor such a one with digits around it."


class OwnWords:
    """Not made of the words that this platform suggests."""

    def validate(self, password: str, user: Any = None) -> None:
        """Count what is left without them.

        Raises:
            ValidationError: too little.

        """
        if len(OWN_WORDS.sub("", password.lower())) < min(LEFT_MIN, len(password)):
            raise ValidationError(
                "Use more than the words that belong to Dayrade.", "password_of_own_words"
            )

    def get_help_text(self) -> str:
        """Tell it before somebody types."""
        return "More than the words that belong to Dayrade."
