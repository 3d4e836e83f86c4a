"""A hasher that remembers what it was asked to hash."""

from django.contrib.auth.hashers import MD5PasswordHasher


class Remembering(MD5PasswordHasher):
    hashed = []

    def encode(self, password, salt):
        self.hashed.append(password)
        return super().encode(password, salt)
