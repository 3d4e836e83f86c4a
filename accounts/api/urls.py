"""Addresses of people."""

from django.urls import path

from accounts.api import sign_up, staff, views

urlpatterns = [
    path("auth/login", views.LoginViewSet.as_view({"post": "login"}), name="login"),
    path("auth/refresh", views.RefreshViewSet.as_view({"post": "refresh"}), name="refresh"),
    path("auth/register", sign_up.SignUpViewSet.as_view({"post": "register"}), name="register"),
    path(
        "auth/email/verify/resend",
        sign_up.SignUpViewSet.as_view({"post": "resend"}),
        name="resend-verification",
    ),
    path(
        "auth/password/reset",
        sign_up.SignUpViewSet.as_view({"post": "request_reset"}),
        name="request-reset",
    ),
    path("auth/email/verify", sign_up.LinkViewSet.as_view({"post": "verify"}), name="verify-email"),
    path(
        "auth/password/reset/confirm",
        sign_up.LinkViewSet.as_view({"post": "reset"}),
        name="reset-password",
    ),
    path(
        "auth/password/change",
        sign_up.PasswordViewSet.as_view({"post": "change"}),
        name="change-password",
    ),
    path("auth/logout", views.SessionViewSet.as_view({"post": "logout"}), name="logout"),
    path(
        "auth/logout-all", views.SessionViewSet.as_view({"post": "logout_all"}), name="logout-all"
    ),
    path("auth/sessions", views.SessionViewSet.as_view({"get": "list"}), name="session-list"),
    path(
        "auth/sessions/<uuid:pk>",
        views.SessionViewSet.as_view({"delete": "destroy"}),
        name="session-detail",
    ),
    path("users", views.UserViewSet.as_view({"get": "list"}), name="user-list"),
    path(
        "users/me",
        views.ProfileViewSet.as_view({"get": "show", "patch": "change"}),
        name="profile",
    ),
    path(
        "users/me/kyc",
        views.KycSubmissionViewSet.as_view({"post": "submit"}),
        name="kyc-submission",
    ),
    path(
        "users/<uuid:id>/suspension",
        staff.SuspensionViewSet.as_view({"get": "show", "patch": "change"}),
        name="suspension",
    ),
    path(
        "users/<uuid:id>/kyc",
        staff.KycViewSet.as_view({"get": "show", "patch": "change"}),
        name="kyc",
    ),
    path(
        "users/<username:username>",
        views.CardViewSet.as_view({"get": "retrieve"}),
        name="user-detail",
    ),
]
