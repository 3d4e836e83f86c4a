"""Every address."""

from django.contrib import admin
from django.urls import include, path, re_path, register_converter
from django.views.generic import RedirectView

from accounts.views import SignIn, sign_out
from dayrade.api import converters
from dayrade.api.errors import on_unknown_route
from dayrade.health import healthz, readyz
from dayrade.telemetry.views import metrics

READS = ["get", "head"]

for name, converter in converters.BY_NAME.items():
    register_converter(converter, name)

urlpatterns = [
    path("healthz", healthz),
    path("readyz", readyz),
    path("metrics", metrics),
    path("", include("dayrade.arena.urls")),
    path("admin", RedirectView.as_view(url="/admin/", http_method_names=READS)),
    # The theme's search over all models: nothing links to it, and a junk page number breaks it.
    path("admin/search/", on_unknown_route),
    # In the place of the theme's, which know of no sessions of ours.
    path("admin/login/", SignIn.as_view()),
    path("admin/logout/", sign_out),
    path("admin/", admin.site.urls),
    *[
        path("api/v1/", include(f"{package}.api.urls"))
        for package in (
            "dayrade",
            "accounts",
            "tournaments",
            "trading",
            "comms",
            "market",
            "administration",
            "dayrade.privacy",
            "dayrade.stream",
        )
    ],
    # Last: an address that is none gets the same answer as any other failure.
    re_path("", on_unknown_route),
]

handler400 = "dayrade.api.errors.on_bad_request"
handler403 = "dayrade.api.errors.on_denied"
handler404 = "dayrade.api.errors.on_unknown_route"
handler500 = "dayrade.api.errors.on_exception"
