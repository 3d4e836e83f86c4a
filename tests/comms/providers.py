"""A chat completions endpoint and a Murf of our own: their wire, on this machine."""

import contextlib
import json

from tests import wire

TEXT_KEY, SPEECH_KEY = "sk-0123456789", "ap2_0123456789"
COMPLETIONS, GENERATE = "/v1/chat/completions", "/v1/speech/generate"


class Services:
    """What both answer with; `broken` is answered instead, and `asked` is what came.

    `meanwhile` is done while somebody waits for an answer.
    """

    def __init__(self):
        self.said = "What a trade!"
        self.finish_reason = "stop"
        self.seconds = 3.2
        self.audio = "https://murf.example.com/audio/1.mp3"
        self.broken = []
        self.asked = []
        self.meanwhile = lambda: None
        self.url = ""

    def answer(self, path, headers, body):
        """Return a status and a document."""
        self.asked.append((path, body))
        self.meanwhile()
        if self.broken:
            return self.broken.pop(0)
        if path == COMPLETIONS:
            return self.completion(headers, body)
        if path == GENERATE:
            return self.speech(headers, body)
        return 404, {"error": {"message": f"Invalid URL (POST {path})"}}

    def completion(self, headers, body):
        if headers["Authorization"] != f"Bearer {TEXT_KEY}":
            return 401, {"error": {"message": "Incorrect API key", "code": "invalid_api_key"}}
        roles = [message["role"] for message in body["messages"]]
        if roles != ["system", "user"] or not body["model"]:
            return 400, {"error": {"message": "Invalid request"}}
        message = {"role": "assistant", "content": self.said, "refusal": None}
        choice = {"index": 0, "message": message, "finish_reason": self.finish_reason}
        return 200, {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 1_800_000_000,
            "model": body["model"],
            "choices": [choice],
            "usage": {"prompt_tokens": 80, "completion_tokens": 12, "total_tokens": 92},
        }

    def speech(self, headers, body):
        if headers["api-key"] != SPEECH_KEY:
            return 403, {"errorMessage": "Invalid api-key", "errorCode": 403}
        if not body["text"] or not body["voiceId"]:
            return 400, {"errorMessage": "Invalid request", "errorCode": 400}
        return 200, {
            "audioFile": self.audio,
            "audioLengthInSeconds": self.seconds,
            "consumedCharacterCount": len(body["text"]),
            "remainingCharacterCount": 99_000,
            "wordDurations": [],
            "encodedAudio": None,
            "warning": None,
        }


@contextlib.contextmanager
def serving(services):
    """Serve both until the block ends."""

    def answer(method, path, headers, body):
        return services.answer(path, headers, json.loads(body))

    with wire.serving(answer) as port:
        services.url = f"http://127.0.0.1:{port}"
        yield services
