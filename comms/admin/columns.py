"""Columns of the lists of talk."""

from typing import Any

from django.utils.text import Truncator
from unfold.decorators import display

from comms.models import (
    Priority,
)
from dayrade.admin.columns import Column, named

PRIORITY_COLOURS = {Priority.HIGH: "warning", Priority.URGENT: "danger"}
SHOWN = 110


def beginning(name: str, description: str) -> Column:
    """Show how a text begins."""

    @display(description=description)  # type: ignore[untyped-decorator]
    def cell(row: Any) -> str:
        return Truncator(getattr(row, name)).chars(SHOWN)

    return named(cell, name)
