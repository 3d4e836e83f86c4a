"""Requests at a steady rate, whatever the answers take."""

import asyncio
import statistics
import time
from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Outcome:
    """The seconds that the answers took, and their statuses."""

    seconds: list[float] = field(default_factory=list)
    statuses: Counter = field(default_factory=Counter)

    def add(self, other):
        """Take another outcome in."""
        self.seconds += other.seconds
        self.statuses += other.statuses

    def percentile(self, hundredth):
        """Return a percentile in milliseconds."""
        return statistics.quantiles(self.seconds, n=100)[hundredth - 1] * 1000


async def steadily(client, requests, *, per_second):
    """Send each request at its moment and return how they went.

    A late answer does not hold the next request back, as it would not hold back another visitor.
    """
    outcome = Outcome()
    loop = asyncio.get_running_loop()
    start = loop.time()

    async def send(number, request):
        await asyncio.sleep(start + number / per_second - loop.time())
        began = time.perf_counter()
        answer = await client.send(request)
        outcome.seconds.append(time.perf_counter() - began)
        outcome.statuses[answer.status_code] += 1

    await asyncio.gather(*(send(*numbered) for numbered in enumerate(requests)))
    return outcome
