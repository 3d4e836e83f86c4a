"""Query parameters of operations that are no lists."""

import re
from typing import Any, cast

from rest_framework import serializers
from rest_framework.request import Request

from dayrade.api.errors import InvalidFilter
from dayrade.api.fields import readable
from dayrade.api.serializers import UNKNOWN_SHOWN

PLAIN_DIGITS = re.compile(r"[0-9]{1,9}", re.ASCII)


class FlagParameter(serializers.BooleanField):
    """The word true or false, in any case: languages write their own."""

    def to_internal_value(self, data: Any) -> bool:
        """Refuse every other word."""
        word = str(data).lower()
        if word not in ("true", "false"):
            raise serializers.ValidationError("Must be true or false.")
        return word == "true"


class WholeParameter(serializers.IntegerField):
    """A whole number in plain digits."""

    def to_internal_value(self, data: Any) -> int:
        """Refuse signs, spaces, fractions and the digits of other scripts."""
        if not PLAIN_DIGITS.fullmatch(data):
            raise serializers.ValidationError("Must be a whole number of up to 9 digits.")
        return int(data)


class Query(serializers.Serializer[Any]):
    """The parameters that an operation takes; it is documented by `parameters=[…]`."""

    @classmethod
    def read(cls, request: Request) -> dict[str, Any]:
        """Return the checked parameters.

        Raises:
            InvalidFilter: names each parameter that is unknown, repeated or wrong.

        """
        query = cls(data=request.query_params.dict())
        wrong: dict[str, Any] = {}
        for name, values in request.query_params.lists():
            if name not in query.fields:
                wrong[readable(name)] = ["Unknown parameter."]
            elif len(values) > 1:
                wrong[name] = ["Give it once."]
        if not query.is_valid():
            wrong |= cast("dict[str, Any]", query.errors)
        if wrong:
            raise InvalidFilter(dict(list(wrong.items())[:UNKNOWN_SHOWN]))
        return cast("dict[str, Any]", query.validated_data)
