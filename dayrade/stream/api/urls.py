"""Addresses of the stream."""

from django.urls import path

from dayrade.stream.api import views

TOURNAMENT = "tournaments/<slug_or_id:tournament>"

urlpatterns = [
    path(f"{TOURNAMENT}/events", views.EventsView.as_view(), name="events"),
    path(
        f"{TOURNAMENT}/events/ticket",
        views.TicketViewSet.as_view({"post": "issue"}),
        name="events-ticket",
    ),
]
