"""A GetStream of our own: the wire of its chat API, on this machine."""

import contextlib
import json
from urllib.parse import urlsplit

import jwt

from tests import wire

KEY, SECRET = "key-0123456789", "secret-of-the-application-0123456789"
# Instants are nanoseconds there.
AT = 1_780_000_000_000_000_000
STATE = {"members": [], "messages": [], "pinned_messages": [], "threads": []}
USER = {
    "banned": False,
    "created_at": AT,
    "invisible": False,
    "language": "",
    "online": False,
    "role": "user",
    "shadow_banned": False,
    "updated_at": AT,
    "blocked_user_ids": [],
    "teams": [],
    "custom": {},
}
MESSAGE = {
    "created_at": AT,
    "updated_at": AT,
    "deleted_reply_count": 0,
    "reply_count": 0,
    "mentioned_channel": False,
    "mentioned_here": False,
    "pinned": False,
    "shadowed": False,
    "silent": False,
    "attachments": [],
    "latest_reactions": [],
    "mentioned_users": [],
    "own_reactions": [],
    "restricted_visibility": [],
    "custom": {},
    "reaction_counts": {},
    "reaction_scores": {},
}


class Application:
    """What stands there: messages by id, each with its channel, author, text and deletion."""

    def __init__(self):
        self.messages = {}
        self.users = {}
        self.channels = set()
        self.broken = 0
        self.sent_twice = 0

    def answer(self, method, path, body):  # noqa: PLR0911  # one for each address
        """Return a status and a document."""
        if self.broken:
            return self.broken, error(self.broken, "Something is broken")
        parts = path.removeprefix("/api/v2/").split("/")
        match method, parts:
            case "POST", ["users"]:
                self.users |= {key: each["name"] for key, each in body["users"].items()}
                return 201, {"duration": "1ms", "users": {}, "membership_deletion_task_id": ""}
            case "POST", ["chat", "channels", kind, key, "query"]:
                self.channels.add((kind, key))
                return 201, {"duration": "1ms", **STATE}
            case "POST", ["chat", "channels", kind, key, "message"]:
                return self.sent((kind, key), body["message"])
            case "POST", ["chat", "messages", key]:
                return self.updated(key, body["message"])
            case "POST", ["chat", "messages", key, "undelete"]:
                self.messages[key]["deleted"] = False
                return 201, {"duration": "1ms", "message": self.shown(key)}
            case "DELETE", ["chat", "messages", key]:
                if key not in self.messages:
                    return 404, error(16, "no such message")
                self.messages[key]["deleted"] = True
                return 200, {"duration": "1ms", "message": self.shown(key)}
        return 404, error(16, "no such address")

    def sent(self, channel, message):
        if channel not in self.channels or message["user_id"] not in self.users:
            return 404, error(16, "no such channel or user")
        if message["id"] in self.messages:
            self.sent_twice += 1
            return 400, error(4, "a message with this id exists")
        self.messages[message["id"]] = {
            "channel": channel,
            "user": message["user_id"],
            "text": message["text"],
            "deleted": False,
        }
        return 201, {"duration": "1ms", "message": self.shown(message["id"])}

    def updated(self, key, message):
        if key not in self.messages or self.messages[key]["deleted"]:
            return 404, error(16, "no such message")
        self.messages[key]["text"] = message["text"]
        return 201, {"duration": "1ms", "message": self.shown(key)}

    def shown(self, key):
        kept = self.messages[key]
        author = USER | {"id": kept["user"]}
        return MESSAGE | {
            "id": key,
            "text": kept["text"],
            "html": f"<p>{kept['text']}</p>",
            "cid": ":".join(kept["channel"]),
            "type": "deleted" if kept["deleted"] else "regular",
            "user": author,
        }


def error(code, message):
    return {
        "StatusCode": 400,
        "code": code,
        "message": message,
        "duration": "1ms",
        "more_info": "",
        "details": [],
    }


@contextlib.contextmanager
def serving(application):
    """Serve an application until the block ends, and give its address."""

    def answer(method, target, headers, body):
        token = headers["Authorization"] or ""
        jwt.decode(token.removeprefix("Bearer "), SECRET, algorithms=["HS256"])
        assert f"api_key={KEY}" in target
        return application.answer(method, urlsplit(target).path, json.loads(body or "null"))

    with wire.serving(answer) as port:
        yield f"http://127.0.0.1:{port}"
