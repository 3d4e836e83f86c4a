"""The environment's variables, with those of a `.env` file for what is not set."""

import sys
from pathlib import Path
from typing import Any, NoReturn, override

from environ import Env

BASE_DIR = Path(__file__).resolve().parent.parent
FALSE = ("false", "off", "no", "n", "0")


class Environment(Env):  # type: ignore[misc]  # untyped library
    """Variables; one that cannot be read ends the program in a line."""

    @override
    def int(self, var: str, *args: Any, **kwargs: Any) -> Any:
        """Read a whole number that is not negative.

        Raises:
            SystemExit: it is none.

        """
        try:
            number = super().int(var, *args, **kwargs)
        except ValueError:
            number = -1
        return number if number >= 0 else refuse(var, "a number")

    def positive(self, var: str, default: Any) -> Any:
        """Read a whole number from 1 on.

        Raises:
            SystemExit: it is none.

        """
        return self.int(var, default) or refuse(var, "a number above 0")

    def several(self, var: str) -> list[str]:
        """Read a secret and those before it, separated by commas: [""] without any."""
        return [each for each in self.list(var, default=[]) if each] or [""]

    @override
    def bool(self, var: str, default: Any) -> Any:
        """Read true or false, the default for nothing: a guard is not off by a slip.

        Raises:
            SystemExit: it is neither.

        """
        said = self.str(var, "").strip().lower()
        if said and said not in (*self.BOOLEAN_TRUE_STRINGS, *FALSE):
            refuse(var, "true or false")
        return said in self.BOOLEAN_TRUE_STRINGS if said else default


def refuse(var: str, kind: str) -> NoReturn:
    """End the program because of a variable.

    Raises:
        SystemExit: always.

    """
    sys.exit(f"Dayrade cannot start: {var} is not {kind} (see .env.example).")


def environment() -> Environment:
    """Read `.env` where there is one; a variable that is set already wins."""
    dotenv = BASE_DIR / ".env"
    if dotenv.is_file():
        Env.read_env(dotenv)
    return Environment()
