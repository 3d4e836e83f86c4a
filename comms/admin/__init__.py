"""The back office of talk."""

from comms.admin import chat, commentary, moderation, notifications, templates

__all__ = ["chat", "commentary", "moderation", "notifications", "templates"]
