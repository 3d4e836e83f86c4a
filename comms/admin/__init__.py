"""The back office of talk."""

from comms.admin import chat, commentary, deliveries, moderation, notifications, templates

__all__ = ["chat", "commentary", "deliveries", "moderation", "notifications", "templates"]
