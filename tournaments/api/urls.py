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
        "tournaments/<slug_or_id:tournament>/transitions",
        views.TournamentViewSet.as_view({"post": "move"}),
        name="tournament-transitions",
    ),
    path(
        "tournaments/<slug_or_id:tournament>/registration",
        views.RegistrationViewSet.as_view({"post": "register", "delete": "withdraw"}),
        name="registration",
    ),
    path(
        "users/me/seats",
        views.OwnSeatViewSet.as_view({"get": "list"}),
        name="own-seat-list",
    ),
    path(
        "tournaments/<slug_or_id:tournament>/results",
        views.ResultViewSet.as_view({"get": "list", "post": "correct"}),
        name="result-list",
    ),
    path(
        "tournaments/<slug_or_id:tournament>/results/<int:number>",
        views.StandingViewSet.as_view({"get": "list"}),
        name="result-detail",
    ),
    path(
        "tournaments/<slug_or_id:tournament>/participants",
        views.ParticipantViewSet.as_view({"get": "list"}),
        name="participant-list",
    ),
    path(
        "tournaments/<slug_or_id:tournament>/participants/<uuid:pk>",
        views.ParticipantViewSet.as_view({"get": "retrieve", "patch": "link"}),
        name="participant-detail",
    ),
    path(
        "tournaments/<slug_or_id:tournament>/participants/<uuid:pk>/disqualification",
        views.DisqualificationViewSet.as_view({"post": "disqualify", "delete": "lift"}),
        name="disqualification",
    ),
    path(
        "tournaments/<slug_or_id:tournament>/bookings",
        views.BookingViewSet.as_view({"get": "list"}),
        name="booking-list",
    ),
    path(
        "tournaments/<slug_or_id:tournament>/unbooked-participants",
        views.UnbookedViewSet.as_view({"get": "list"}),
        name="unbooked-list",
    ),
]
