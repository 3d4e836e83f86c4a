"""What a role may do at all; which rows it sees is the querysets' question."""

from typing import TYPE_CHECKING

from rest_framework import permissions
from rest_framework.request import Request

if TYPE_CHECKING:
    from rest_framework.views import APIView


class IsModerator(permissions.BasePermission):
    """Moderators and admins."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        """Ask the role."""
        return bool(request.user.is_staff)


class IsAdmin(permissions.BasePermission):
    """Admins."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        """Ask the role."""
        return bool(request.user.is_superuser)


class ModeratorOrReadOnly(IsModerator):
    """Anybody reads, moderators and admins write."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        """Let reads through."""
        return request.method in permissions.SAFE_METHODS or super().has_permission(request, view)


class AdminOrReadOnly(IsAdmin):
    """Anybody reads, admins write."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        """Let reads through."""
        return request.method in permissions.SAFE_METHODS or super().has_permission(request, view)
