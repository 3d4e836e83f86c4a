"""The address of the live page."""

from django.urls import path

from dayrade.stream.pages import live

urlpatterns = [path("<slug_or_id:tournament>", live, name="live")]
