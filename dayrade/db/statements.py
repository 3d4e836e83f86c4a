"""Questions that nearly every request asks: a QuerySet says them, and its SQL is built once."""

from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import connection
from django.db.models import FETCH_ONE, Model, QuerySet
from django.db.models.query import get_related_populators


class Statement[M: Model]:
    """A QuerySet that is run again with other values; it has one row at most.

    Building its SQL and what reads its rows takes many times as long as the answer. `examples` are
    the values that change; each run gives them anew, in the same order.
    """

    def __init__(self, rows: QuerySet[M], *examples: object) -> None:
        """Build the SQL; no other value in the QuerySet may equal an example."""
        compiler = rows.query.get_compiler(using=rows.db)
        self.sql, self.parameters = compiler.as_sql()
        self.places = {
            place: examples.index(value)
            for place, value in enumerate(self.parameters)
            if value in examples
        }
        columns = [column for column, *_ in compiler.select]
        self.converters = compiler.get_converters(columns)
        of_model = compiler.klass_info["select_fields"]
        self.names = [columns[place].target.attname for place in of_model]
        self.joined = get_related_populators(
            compiler.klass_info, compiler.select, rows.db, FETCH_ONE
        )
        self.model = rows.model

    def first(self, *values: object) -> M | None:
        """Return the row for these values, with what it joins."""
        parameters = list(self.parameters)
        for place, example in self.places.items():
            parameters[place] = values[example]
        with connection.cursor() as cursor:
            cursor.execute(self.sql, parameters)
            found = cursor.fetchone()
        if found is None:
            return None
        row = list(found)
        for place, (converters, column) in self.converters.items():
            for convert in converters:
                row[place] = convert(row[place], column, connection)
        instance: M = self.model.from_db(connection.alias, self.names, row[: len(self.names)])
        for join in self.joined:
            join.populate(row, instance)
        return instance

    def get(self, *values: Any) -> M:
        """Return the row for these values.

        Raises:
            ObjectDoesNotExist: there is none.

        """
        if (found := self.first(*values)) is None:
            raise ObjectDoesNotExist
        return found
