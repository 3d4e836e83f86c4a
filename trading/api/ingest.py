"""What the provider delivers: trades, prices, and its own figures."""

from collections.abc import Sequence
from typing import Any, cast

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from dayrade.api.errors import INVALID, Refused
from dayrade.api.fields import readable
from dayrade.api.serializers import UNKNOWN_SHOWN
from dayrade.api.views import ViewSet
from dayrade.telemetry.figures import INGESTED
from tournaments.models import Tournament
from trading.api import ingest_serializers as documented
from trading.api.signatures import DeliveryParser, IsProvider, SignatureAuthentication
from trading.models import Trade
from trading.services import ingest, marks, performance

ITEMS_MAX = 5_000
NAME_MAX = 255
OUTCOMES = {"accepted": "accepted", "duplicates": "duplicate", "rejected": "rejected"}


class IngestViewSet(ViewSet[Trade]):
    """Deliveries of the provider; any of them may be repeated without an effect."""

    authentication_classes = [SignatureAuthentication]
    permission_classes = [IsProvider]
    parser_classes = [DeliveryParser]
    # The provider is one, and its bursts are what the tournament lives on.
    throttle_classes = []
    queryset = Trade.objects.none()
    failures = (404,)
    never = (403, 429)

    @extend_schema(request=documented.Trades, responses=documented.TradeVerdicts)
    def trades(self, request: Request) -> Response:
        """Book trades."""
        sent = cast("dict[str, Any]", request.data)
        items = batch(sent, "trades")
        found = ingest.take(tournament=self.tournament(sent), items=items)
        return verdicts("trades", "zimtra_trade_id", found)

    @extend_schema(request=documented.Prices, responses=documented.PriceVerdicts)
    def prices(self, request: Request) -> Response:
        """Take prices, for every running tournament or for the one that is named."""
        sent = cast("dict[str, Any]", request.data)
        items = batch(sent, "prices")
        named = "tournament" in sent
        tournament = self.tournament(sent) if named else None
        return verdicts("prices", "symbol", marks.take(items=items, tournament=tournament))

    @extend_schema(request=documented.Performance, responses=documented.PerformanceVerdicts)
    def performance(self, request: Request) -> Response:
        """Take the provider's own figures, and compare them with ours."""
        sent = cast("dict[str, Any]", request.data)
        items = batch(sent, "performance")
        found = performance.take(tournament=self.tournament(sent), items=items)
        return verdicts("performance", "zimtra_account_id", found)

    def tournament(self, body: dict[str, Any]) -> Tournament:
        """Return the tournament that a delivery names.

        Raises:
            Refused: it names none.
            Http404: there is none of that name, or it is a draft.

        """
        name = body.get("tournament")
        if name is None:
            raise Refused(INVALID, {"tournament": ["This field is required."]})
        if not isinstance(name, str) or not 0 < len(name) <= NAME_MAX:
            raise Refused(INVALID, {"tournament": ["Must be a slug or an id."]})
        found = Tournament.objects.visible_to(self.request.user).called_by_provider(name)
        if found is None:
            raise Http404
        return found


def batch(body: dict[str, Any], name: str) -> list[Any]:
    """Return the items of a delivery.

    Raises:
        Refused: they are missing, or too many.

    """
    wrong = {
        readable(other): ["Unknown field."]
        for other in list(body)[:UNKNOWN_SHOWN]
        if other not in (name, "tournament")
    }
    items: Any = body.get(name)
    if items is None:
        wrong[name] = ["This field is required."]
    elif not isinstance(items, list):
        wrong[name] = ["Must be a list."]
    elif not 1 <= len(items) <= ITEMS_MAX:
        wrong[name] = [f"Send 1 to {ITEMS_MAX:,} items; these are {len(items):,}."]
    if wrong:
        raise Refused(INVALID, wrong)
    return cast("list[Any]", items)


def verdicts(kind: str, key: str, found: Sequence[Any]) -> Response:
    """Answer with a verdict for each item, in their order, and count them."""
    names = (key, "status", "error", "message")
    given = [verdict.status for verdict in found]
    counts = {name: given.count(status) for name, status in OUTCOMES.items()}
    for name, status in OUTCOMES.items():
        INGESTED.labels(kind, status).inc(counts[name])
    results = [{name: getattr(verdict, name) for name in names} for verdict in found]
    return Response(counts | {"results": results})
