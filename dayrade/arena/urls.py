"""The arena's addresses; those of mails and notifications lead here."""

from django.urls import path

from dayrade.arena import views

urlpatterns = [
    path("", views.tournaments),
    path("tournaments/<slug_or_id:tournament>", views.tournament),
    path("sign-in", views.shell("sign_in")),
]
