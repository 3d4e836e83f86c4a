"""What gunicorn's processes do for their log and their figures."""

import logging.config
import os
import shutil
import tempfile
from typing import Any, override

from django.conf import settings
from gunicorn.glogging import Logger

FOLDER = "PROMETHEUS_MULTIPROC_DIR"


class Log(Logger):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn's own lines, written as all others are."""

    @override
    def setup(self, cfg: Any) -> None:
        """Hand them on to the root, and Python's warnings with them."""
        super().setup(cfg)
        logging.captureWarnings(capture=True)
        logging.config.dictConfig(settings.LOGGING)
        self.error_log.handlers.clear()
        self.error_log.propagate = True


def share_figures() -> None:
    """Name a folder where the workers put their figures together, before they count."""
    if FOLDER not in os.environ:
        os.environ[FOLDER] = tempfile.mkdtemp(prefix="dayrade-figures-")


def forget_worker(pid: int) -> None:
    """Take a worker that has ended out of what is now; what it counted stays."""
    from prometheus_client.multiprocess import mark_process_dead  # noqa: PLC0415  # after FOLDER

    mark_process_dead(pid)  # type: ignore[no-untyped-call]  # theirs


def forget_figures() -> None:
    """Remove the folder."""
    shutil.rmtree(os.environ[FOLDER], ignore_errors=True)
