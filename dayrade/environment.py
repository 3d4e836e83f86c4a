"""The environment's variables, with those of a `.env` file for what is not set."""

import sys
from pathlib import Path
from typing import Any, override

from environ import Env

BASE_DIR = Path(__file__).resolve().parent.parent


class Environment(Env):  # type: ignore[misc]  # untyped library
    """Variables; one that cannot be read ends the program in a line."""

    @override
    def int(self, var: str, *args: Any, **kwargs: Any) -> Any:
        """Read a whole number.

        Raises:
            SystemExit: it is none.

        """
        try:
            return super().int(var, *args, **kwargs)
        except ValueError:
            sys.exit(f"Dayrade cannot start: {var} is not a number (see .env.example).")


def environment() -> Environment:
    """Read `.env` where there is one; a variable that is set already wins."""
    dotenv = BASE_DIR / ".env"
    if dotenv.is_file():
        Env.read_env(dotenv)
    return Environment()
