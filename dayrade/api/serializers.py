"""The bases of what goes out and of what comes in."""

import copy
import functools
from collections.abc import Mapping
from typing import Any, ClassVar, cast

from django.db.models import Model
from rest_framework import serializers
from rest_framework.request import Request

from dayrade.api.fields import readable

UNKNOWN_SHOWN = 20


class Output[M: Model](serializers.ModelSerializer[M]):
    """A resource as it is shown; every field is read-only.

    The fields of `staff_only` are left out for everybody but moderators and admins.
    """

    staff_only: ClassVar[tuple[str, ...]] = ()

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Leave out what the caller may not see; the OpenAPI document shows all.

        A field is made of its column once: that takes longer than everything it then does.
        """
        fields = {name: copy.copy(field) for name, field in self.made().items()}
        documented = getattr(self.context.get("view"), "swagger_fake_view", False)
        if self.staff_only and not documented and not self.context["request"].user.is_staff:
            for name in self.staff_only:
                del fields[name]
        return fields

    @classmethod
    @functools.cache
    def made(cls) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Return the fields that each serializer of this class has copies of."""
        fields = super(Output, cls()).get_fields()
        for field in fields.values():
            field.read_only = True
        return fields


class Input(serializers.Serializer[Any]):
    """What an operation takes; it never saves, a service does.

    A name that is not taken is refused by name: silence would hide a typing error, and a
    read-only field of `resource` would look changed.
    """

    resource: ClassVar[type[Output[Any]] | None] = None

    @classmethod
    def read(cls, request: Request, *, partial: bool = False) -> dict[str, Any]:
        """Return the checked body.

        Raises:
            ValidationError: with the messages by field.

        """
        body = cls(data=request.data, partial=partial)
        body.is_valid(raise_exception=True)
        return cast("dict[str, Any]", body.validated_data)

    def to_internal_value(self, data: Any) -> Any:
        """Refuse unknown names beside whatever is wrong with the known ones."""
        refused = self._refused(data) if isinstance(data, Mapping) else {}
        try:
            values = super().to_internal_value(data)
        except serializers.ValidationError as error:
            raise serializers.ValidationError({**refused, **cast("Any", error.detail)}) from error
        if refused:
            raise serializers.ValidationError(refused)
        return values

    def _refused(self, data: Mapping[str, Any]) -> dict[str, list[str]]:
        shown = self.resource.Meta.fields if self.resource else ()
        unknown = [name for name in data if name not in self.fields][:UNKNOWN_SHOWN]
        return {
            readable(name): ["This field is read-only." if name in shown else "Unknown field."]
            for name in unknown
        }
