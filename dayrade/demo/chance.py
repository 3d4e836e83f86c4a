"""Chance that repeats itself."""

import random
from typing import Self
from uuid import UUID


class Chance(random.Random):
    """A source of chance, the same for the same seed; each topic draws from its own."""

    def __init__(self, seed: str) -> None:
        """Begin the sequence of a seed."""
        super().__init__(seed)
        self.name = seed

    def about(self, topic: object) -> Self:
        """Return the source of a topic: what one topic draws moves no other.

        A topic asked for twice begins anew, and would draw the same ids again.
        """
        return type(self)(f"{self.name}/{topic}")

    def uuid(self) -> UUID:
        """Draw a random id."""
        return UUID(int=self.getrandbits(128), version=4)

    def hits(self, probability: float) -> bool:
        """Tell whether something of that probability happens."""
        return self.random() < probability
