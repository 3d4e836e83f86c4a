"""SQL functions spelled so that the catalogue reads them back as the specification wrote them."""

from django.db.models import CharField, DateTimeField, Func, IntegerField


class Now(Func):
    """NOW(): the start of the transaction; Django's own Now() is STATEMENT_TIMESTAMP()."""

    template = "NOW()"
    output_field = DateTimeField()


class CharLength(Func):
    """char_length(text), in characters."""

    function = "char_length"
    output_field = IntegerField()


class Trim(Func):
    """btrim(text): without the spaces at both ends."""

    function = "btrim"
    output_field = CharField()
