"""The arena's addresses; those of mails and notifications lead here."""

from django.urls import path
from django.views.generic import RedirectView

from dayrade.arena import files, own, views
from dayrade.arena.calendar import calendar
from dayrade.arena.competitor import competitor
from dayrade.arena.live import tournament
from dayrade.arena.tournaments import tournaments

READS = ["get", "head"]

urlpatterns = [
    path("", tournaments),
    path("tournaments/<slug_or_id:tournament>", tournament),
    path("tournaments/<slug_or_id:tournament>/competitors/<uuid:participant>", competitor),
    path("calendar", calendar),
    path("sign-in", views.shell("sign_in")),
    path("sign-up", views.shell("sign_up")),
    path("verify-email", views.shell("verify_email")),
    path("forgotten-password", views.shell("forgotten_password")),
    path("reset-password", views.shell("reset_password")),
    path("account", views.shell("profile")),
    path("account/kyc", views.shell("kyc")),
    path("account/security", views.shell("security")),
    path("account/notifications", views.shell("notification_settings")),
    path("account/data", views.shell("own_data")),
    path("seats", views.shell("seats")),
    path("seats/<slug_or_id:tournament>", own.seat),
    path("notifications", views.shell("notifications")),
    path("push-worker.js", own.push_worker),
    # Where tournaments were watched before there was an arena.
    path(
        "live/<slug_or_id:tournament>",
        RedirectView.as_view(
            url="/tournaments/%(tournament)s", permanent=True, http_method_names=READS
        ),
    ),
    path("favicon.ico", files.favicon),
    path("robots.txt", files.robots),
]
