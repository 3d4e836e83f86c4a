"""Addresses of the ledger."""

from django.urls import path

from trading.api import leaderboard, views

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
]
