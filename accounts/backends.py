"""Permissions that follow from a person's role."""

from django.contrib.auth.backends import ModelBackend


class RoleBackend(ModelBackend):
    """Signs in by e-mail address and password; the role decides the rest."""
