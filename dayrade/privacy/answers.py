"""The export as an answer."""

from typing import IO

from django.http import FileResponse
from django.utils import timezone


def attached(file: IO[bytes]) -> FileResponse:
    """Hand a file out as a download that nobody keeps on the way."""
    return FileResponse(
        file,
        as_attachment=True,
        filename=f"dayrade-export-{timezone.now():%Y-%m-%d}.json",
        content_type="application/json",
        headers={"Cache-Control": "no-store"},
    )
