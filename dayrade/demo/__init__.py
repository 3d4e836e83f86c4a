"""A believable world to look around in: real prices, invented people, exact figures."""

from dayrade.demo.people import PASSWORD, SIGN_INS, SignIn
from dayrade.demo.world import NotEmptyError, is_empty, load

__all__ = ["PASSWORD", "SIGN_INS", "NotEmptyError", "SignIn", "is_empty", "load"]
