"""Addresses of the ledger."""

from django.urls import path

from trading.api import leaderboard, views

SEAT = "tournaments/<slug_or_id:tournament>/participants/<uuid:participant>"

urlpatterns = [
    path(
        "tournaments/<slug_or_id:tournament>/leaderboard",
        leaderboard.LeaderboardViewSet.as_view({"get": "board"}),
        name="leaderboard",
    ),
    path(
        f"{SEAT}/performance",
        views.SnapshotViewSet.as_view({"get": "list"}),
        name="performance-list",
    ),
    path(f"{SEAT}/trades", views.TradeViewSet.as_view({"get": "list"}), name="trade-list"),
    path(f"{SEAT}/positions", views.PositionViewSet.as_view({"get": "list"}), name="position-list"),
]
