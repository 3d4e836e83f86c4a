"""Every address."""

from django.contrib import admin
from django.urls import path, re_path
from django.views.generic import RedirectView

from dayrade.api.errors import on_unknown_route

urlpatterns = [
    path("admin", RedirectView.as_view(url="/admin/")),
    path("admin/", admin.site.urls),
    # Last: with DEBUG, Django would otherwise answer with a page of its own.
    re_path("", on_unknown_route),
]

handler400 = "dayrade.api.errors.on_bad_request"
handler403 = "dayrade.api.errors.on_denied"
handler404 = "dayrade.api.errors.on_unknown_route"
handler500 = "dayrade.api.errors.on_exception"
