"""Addresses of tournaments and seats."""

from django.urls import path

from tournaments.api import views

urlpatterns = [
    path(
        "tournaments",
        views.TournamentViewSet.as_view({"get": "list", "post": "create"}),
        name="tournament-list",
    ),
    path(
        "tournaments/<slug_or_id:tournament>",
        views.TournamentViewSet.as_view({"get": "retrieve", "patch": "change"}),
        name="tournament-detail",
    ),
    path(
        "tournaments/<slug_or_id:tournament>/participants",
        views.ParticipantViewSet.as_view({"get": "list"}),
        name="participant-list",
    ),
    path(
        "tournaments/<slug_or_id:tournament>/participants/<uuid:pk>",
        views.ParticipantViewSet.as_view({"get": "retrieve"}),
        name="participant-detail",
    ),
]
