"""What a session runs on, in words that its owner recognises."""

from collections.abc import Mapping


def described(user_agent: str, name: str = "") -> dict[str, str]:
    """Return what is known of a device: the `name` its owner gave it, `browser` and `system`."""
    # Its expressions take a quarter of a second and 35 MB, which only a process that signs
    # somebody in needs; an agent then costs less than a millisecond.
    import ua_parser  # noqa: PLC0415

    found = ua_parser.parse(user_agent)
    known = {
        "name": name,
        "browser": found.user_agent.family if found.user_agent else "",
        "system": found.os.family if found.os else "",
    }
    return {part: text for part, text in known.items() if text}


def label(info: Mapping[str, str] | None) -> str | None:
    """Write it in one line, such as "Work laptop (Firefox on Linux)"; None where it is unknown."""
    known = info or {}
    runs = " on ".join(known[part] for part in ("browser", "system") if part in known)
    name = known.get("name")
    if name and runs:
        return f"{name} ({runs})"
    return name or runs or None
