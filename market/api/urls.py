"""Addresses of the calendar."""

from django.urls import path

from market.api import views

urlpatterns = [
    path(
        "economic-events",
        views.EconomicEventViewSet.as_view({"get": "list", "post": "create"}),
        name="economic-event-list",
    ),
    path(
        "economic-events/<uuid:pk>",
        views.EconomicEventViewSet.as_view(
            {"get": "retrieve", "patch": "change", "delete": "remove"}
        ),
        name="economic-event-detail",
    ),
]
