"""Addresses of the documentation."""

from django.urls import path

from dayrade.api import views

urlpatterns = [
    path("schema", views.SchemaView.as_view(), name="schema"),
    path("docs", views.DocsView.as_view(), name="docs"),
]
