"""The back office of talk."""

from comms.admin import chat, commentary, notifications, templates

__all__ = ["chat", "commentary", "notifications", "templates"]
