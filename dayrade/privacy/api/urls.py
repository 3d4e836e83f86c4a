"""Addresses of what is held about oneself."""

from django.urls import path

from dayrade.privacy.api import views

urlpatterns = [
    path("users/me/export", views.ExportViewSet.as_view({"get": "export"}), name="profile-export"),
    path(
        "users/me/erasure", views.ErasureViewSet.as_view({"post": "erase"}), name="profile-erasure"
    ),
]
