"""The environment's variables, with those of a `.env` file for what is not set."""

from pathlib import Path

from environ import Env

BASE_DIR = Path(__file__).resolve().parent.parent


def environment() -> Env:
    """Read `.env` where there is one; a variable that is set already wins."""
    dotenv = BASE_DIR / ".env"
    if dotenv.is_file():
        Env.read_env(dotenv)
    return Env()
