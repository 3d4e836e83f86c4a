"""The figures, for Prometheus."""

import os

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from dayrade.health import read_only
from dayrade.telemetry.questions import Answers

answers = Answers()


def require_reader(header: str) -> None:
    """Refuse whoever does not send METRICS_TOKEN; without one only development shows figures.

    Raises:
        Http404: as if there were nothing.

    """
    wanted = (settings.METRICS_TOKEN, *settings.METRICS_FALLBACKS)
    sent = header.removeprefix("Bearer ")
    if not settings.METRICS_TOKEN:
        is_known = settings.DEVELOPMENT
    else:
        is_known = any(constant_time_compare(sent, token) for token in wanted)
    if not is_known:
        raise Http404


@csrf_exempt
@never_cache
@read_only
def metrics(request: HttpRequest) -> HttpResponse:
    """Write the figures of all processes of this service, and of the database."""
    require_reader(request.headers.get("Authorization", ""))
    registry = CollectorRegistry() if "PROMETHEUS_MULTIPROC_DIR" in os.environ else REGISTRY
    if registry is not REGISTRY:
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # theirs
    asked = CollectorRegistry()
    asked.register(answers)
    content = generate_latest(registry) + generate_latest(asked)
    return HttpResponse(content, content_type=CONTENT_TYPE_LATEST)
