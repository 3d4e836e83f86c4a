"""Addresses of the ledger."""

from django.urls import path

from trading.api import doubts, leaderboard, views
from trading.api.ingest import IngestViewSet

TOURNAMENT = "tournaments/<slug_or_id:tournament>"
SEAT = f"{TOURNAMENT}/participants/<uuid:participant>"

urlpatterns = [
    path(
        f"{TOURNAMENT}/leaderboard",
        leaderboard.LeaderboardViewSet.as_view({"get": "board"}),
        name="leaderboard",
    ),
    path(
        f"{TOURNAMENT}/snapshots",
        views.TakingViewSet.as_view({"post": "take"}),
        name="snapshots",
    ),
    path(
        f"{SEAT}/performance",
        views.SnapshotViewSet.as_view({"get": "list"}),
        name="performance-list",
    ),
    path(f"{SEAT}/trades", views.TradeViewSet.as_view({"get": "list"}), name="trade-list"),
    path(f"{SEAT}/positions", views.PositionViewSet.as_view({"get": "list"}), name="position-list"),
    path(
        "tournaments/<slug_or_id:tournament>/refused-trades",
        doubts.RefusedTradeViewSet.as_view({"get": "list"}),
        name="refused-trade-list",
    ),
    path(
        "tournaments/<slug_or_id:tournament>/refused-trades/<uuid:pk>/dismissal",
        doubts.RefusedTradeViewSet.as_view({"post": "dismiss"}),
        name="refused-trade-dismissal",
    ),
    path(
        "tournaments/<slug_or_id:tournament>/refused-trades/<uuid:pk>/retry",
        doubts.RefusedTradeViewSet.as_view({"post": "retry"}),
        name="refused-trade-retry",
    ),
    path(
        "tournaments/<slug_or_id:tournament>/breaks",
        doubts.BreakViewSet.as_view({"get": "list"}),
        name="break-list",
    ),
    path(
        "tournaments/<slug_or_id:tournament>/breaks/<uuid:pk>/acceptance",
        doubts.BreakViewSet.as_view({"post": "accept"}),
        name="break-acceptance",
    ),
    path(
        "tournaments/<slug_or_id:tournament>/trades/<uuid:pk>/bust",
        doubts.BustViewSet.as_view({"post": "bust"}),
        name="trade-bust",
    ),
    path("ingest/trades", IngestViewSet.as_view({"post": "trades"}), name="ingest-trades"),
    path("ingest/prices", IngestViewSet.as_view({"post": "prices"}), name="ingest-prices"),
    path(
        "ingest/performance",
        IngestViewSet.as_view({"post": "performance"}),
        name="ingest-performance",
    ),
]
