"""Sessions that an attacker ends with its own requests, opened again."""

import hashlib

import psycopg


def revive(url, token):
    """Open the session of a token again."""
    digest = hashlib.sha256(token.encode()).hexdigest()
    with psycopg.connect(url) as server:
        server.execute(
            "UPDATE user_sessions SET is_active = true WHERE session_token = %s", [digest]
        )
