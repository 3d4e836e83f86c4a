"""SQL in disguise, and a canary that shows where any of it was run.

What an attacker writes takes a number from a sequence, which no rollback gives back; drops or
reads a table that nothing of ours knows; or sleeps until the database's own patience ends.
"""

import base64

import psycopg

SECRET = "canary-7f3a9c51d2e84b60"
TABLES = f"""
    CREATE TABLE canary (secret text);
    INSERT INTO canary VALUES ('{SECRET}');
    CREATE SEQUENCE canary_touched;
    UPDATE users SET password_hash = '{SECRET}' || password_hash WHERE role = 'user';
"""
TOUCH = "nextval('canary_touched')"
PAYLOADS = (
    f"' OR {TOUCH}>0 --",
    f"' OR {TOUCH}>0 OR '1'='",
    f"') OR {TOUCH}>0 --",
    f"')) OR {TOUCH}>0 --",
    f'" OR {TOUCH}>0 --',
    f"%' OR {TOUCH}>0 --",
    f"'||(SELECT {TOUCH})||'",
    f"1 OR {TOUCH}>0",
    f"1) OR ({TOUCH}>0",
    f"(SELECT {TOUCH})",
    f"pk,(SELECT {TOUCH})",
    f"-(SELECT {TOUCH})",
    f"id;SELECT {TOUCH}",
    f"'; SELECT {TOUCH}; --",
    f"\\'; SELECT {TOUCH}; --",
    f"1; SELECT {TOUCH}",
    f"$$; SELECT {TOUCH}; SELECT $$",
    f"'/**/OR/**/{TOUCH}>0/**/--",
    f"\uff07 OR {TOUCH}>0 --",
    f"{{{TOUCH}}}",
    f"name'->>'a'||{TOUCH}||'",
    f"$.a ? ({TOUCH})",
    f"%s%(name)s{{0}}' OR {TOUCH}>0 --",
    "' UNION SELECT secret FROM canary --",
    "' UNION ALL SELECT password_hash FROM users --",
    "0 UNION SELECT secret FROM canary",
    "'; DROP TABLE canary; --",
    "1; DROP TABLE canary",
    "'; UPDATE canary SET secret = ''; --",
    "'||pg_sleep(60)||'",
    "' OR (SELECT 1 FROM pg_sleep(60)) IS NOT NULL --",
    "1 OR (SELECT 1 FROM pg_sleep(60)) IS NOT NULL",
    "(SELECT pg_sleep(60))",
    "'; SELECT pg_sleep(60); --",
    "password_hash",
    "-password_hash",
    "user__password_hash",
    "name__regex",
    "?",
    "*",
)
# A cursor is read before its place is looked for.
CURSORS = tuple(
    base64.urlsafe_b64encode(f"n {at} {pk}".encode()).decode().rstrip("=")
    for at in ("2026-01-01T00:00:00+00:00", f"2026-01-01T00:00:00+00:00'||{TOUCH}||'")
    for pk in (f"1 OR {TOUCH}>0", f"00000000-0000-4000-8000-000000000000'||{TOUCH}||'", "1")
)


def place_canary(url):
    with psycopg.connect(url) as server:
        server.execute(TABLES)


def harm(url):
    """Say what has been done to the canary."""
    with psycopg.connect(url, autocommit=True) as server:
        there = server.execute("SELECT to_regclass('canary') IS NOT NULL").fetchone()[0]
        kept = there and server.execute("SELECT array_agg(secret) FROM canary").fetchone()[0]
        touched = server.execute("SELECT is_called FROM canary_touched").fetchone()[0]
    said = {"the table is gone": not there, "a statement was run": touched}
    said["the row is another"] = bool(there) and kept != [SECRET]
    return [name for name, done in said.items() if done]
