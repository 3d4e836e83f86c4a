"""The password hash."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2(Argon2PasswordHasher):
    """Argon2id with the parameters of the OWASP password storage cheat sheet.

    Django's own (100 MiB, 8 lanes) cost 300 ms of processor time a sign-in on two cores; these
    cost about 40 ms and 19 MiB.
    """

    memory_cost = 19_456
    time_cost = 2
    parallelism = 1
