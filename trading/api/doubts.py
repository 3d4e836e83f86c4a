"""What staff settle: refused trades, differences, and trades that are taken back."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db.models import FETCH_RAISE, Model, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.response import Response
from rest_framework.status import HTTP_201_CREATED, HTTP_409_CONFLICT

from dayrade.api.filters import AnyOf, FilterSet
from dayrade.api.idempotency import idempotent
from dayrade.api.permissions import IsModerator
from dayrade.api.requests import UserRequest
from dayrade.api.serializers import Output
from tournaments.api.serializers import ReasonInput
from tournaments.api.views import OfTournamentViewSet
from trading.models import Break, BreakStatus, Bust, QuarantinedTrade, QuarantineStatus, Trade
from trading.services import busts, doubts


class RefusedTradeFilterSet(FilterSet):
    """What became of them."""

    status = AnyOf(choices=QuarantineStatus.choices)

    class Meta:
        model = QuarantinedTrade
        fields: list[str] = []


class BreakFilterSet(FilterSet):
    """What became of them."""

    status = AnyOf(choices=BreakStatus.choices)

    class Meta:
        model = Break
        fields: list[str] = []


class RefusedTradeSerializer(Output[QuarantinedTrade]):
    """A trade that was refused, as it was delivered."""

    payload = serializers.JSONField()
    resolved_by_id = serializers.UUIDField(allow_null=True)

    class Meta:
        model = QuarantinedTrade
        fields = [
            "id",
            "zimtra_trade_id",
            "payload",
            "error",
            "message",
            "received_at",
            "status",
            "resolved_at",
            "resolved_by_id",
            "reason",
        ]


class BreakSerializer(Output[Break]):
    """A figure of the provider that differs from ours; `as_of` is the instant of both."""

    participant_id = serializers.UUIDField()
    snapshot_id = serializers.UUIDField()
    as_of = serializers.DateTimeField(source="snapshot.recorded_at")
    resolved_by_id = serializers.UUIDField(allow_null=True)

    class Meta:
        model = Break
        fields = [
            "id",
            "participant_id",
            "snapshot_id",
            "as_of",
            "figure",
            "ours",
            "theirs",
            "found_at",
            "status",
            "resolved_at",
            "resolved_by_id",
            "reason",
        ]


class BustSerializer(Output[Bust]):
    """A trade that was taken back, and the entry that stands against it."""

    trade_id = serializers.UUIDField()
    reversal_id = serializers.UUIDField()
    busted_by_id = serializers.UUIDField()

    class Meta:
        model = Bust
        fields = ["id", "trade_id", "reversal_id", "reason", "busted_by_id", "busted_at"]


class ForStaffViewSet[M: Model](OfTournamentViewSet[M]):
    """What only staff see of a tournament."""

    shared = False
    permission_classes = [IsModerator]

    def decide(
        self, request: UserRequest, service: Callable[..., M], name: str, **fields: Any
    ) -> Response:
        """Call a service about the row of the address, which it takes as `name`."""
        done = service(actor=request.user, **{name: self.get_object()}, **fields)
        return self.shown(done)


class RefusedTradeViewSet(mixins.ListModelMixin, ForStaffViewSet[QuarantinedTrade]):
    """Trades that were refused, the latest first."""

    queryset = QuarantinedTrade.objects.none()
    serializer_class = RefusedTradeSerializer
    filterset_class = RefusedTradeFilterSet
    failures = (HTTP_409_CONFLICT,)

    def get_queryset(self) -> QuerySet[QuarantinedTrade]:
        """Return those of the tournament."""
        refused = QuarantinedTrade.objects.filter(tournament=self.tournament())
        rows = refused.select_related("tournament").order_by("-received_at", "pk")
        return rows.fetch_mode(FETCH_RAISE)

    @extend_schema(request=ReasonInput, responses=RefusedTradeSerializer)
    @idempotent
    def dismiss(self, request: UserRequest, tournament: str, pk: UUID) -> Response:
        """Let a refusal stand."""
        return self.decide(request, doubts.dismiss, "refused", **ReasonInput.read(request))

    @extend_schema(request=None, responses=RefusedTradeSerializer)
    @idempotent
    def retry(self, request: UserRequest, tournament: str, pk: UUID) -> Response:
        """Deliver a refused trade once more, as it came."""
        return self.decide(request, doubts.retry, "refused")


class BreakViewSet(mixins.ListModelMixin, ForStaffViewSet[Break]):
    """Figures of the provider that differ from ours, the latest first."""

    queryset = Break.objects.none()
    serializer_class = BreakSerializer
    filterset_class = BreakFilterSet
    failures = (HTTP_409_CONFLICT,)

    def get_queryset(self) -> QuerySet[Break]:
        """Return those of the tournament."""
        found = Break.objects.filter(tournament=self.tournament())
        rows = found.select_related("snapshot", "participant__user").order_by("-found_at", "pk")
        return rows.fetch_mode(FETCH_RAISE)

    @extend_schema(request=ReasonInput, responses=BreakSerializer)
    @idempotent
    def accept(self, request: UserRequest, tournament: str, pk: UUID) -> Response:
        """Let a difference stand: our figure counts."""
        seen = self.get_object()
        doubts.accept(actor=request.user, difference=seen, **ReasonInput.read(request))
        return self.shown(self.get_object())


class BustViewSet(ForStaffViewSet[Trade]):
    """Taking trades back."""

    queryset = Trade.objects.none()
    failures = (HTTP_409_CONFLICT,)

    def get_queryset(self) -> QuerySet[Trade]:
        """Return the trades of the tournament."""
        trades = Trade.objects.filter(tournament=self.tournament())
        return trades.select_related("user").fetch_mode(FETCH_RAISE)

    @extend_schema(request=ReasonInput, responses={HTTP_201_CREATED: BustSerializer})
    @idempotent
    def bust(self, request: UserRequest, tournament: str, pk: UUID) -> Response:
        """Take a trade back; every figure that depended on it follows."""
        done = busts.bust(actor=request.user, trade=self.get_object(), **ReasonInput.read(request))
        return Response(BustSerializer(done).data, status=HTTP_201_CREATED)
