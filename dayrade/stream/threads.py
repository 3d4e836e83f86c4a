"""Work that blocks, beside the event loop."""

import asyncio
import contextvars
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from django.db import connection

THREADS = 4

_pool = ThreadPoolExecutor(THREADS, thread_name_prefix="stream")


async def in_thread[**P, T](work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Do something in a thread, with what the caller knows of the request behind it."""
    context = contextvars.copy_context()

    def run() -> T:
        try:
            return context.run(work, *args, **kwargs)
        finally:
            # Back to the pool.
            connection.close()

    return await asyncio.get_running_loop().run_in_executor(_pool, run)
