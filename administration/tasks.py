"""The jobs of the audit log."""

import logging

from administration import chain
from dayrade import jobs

logger = logging.getLogger("dayrade.audit")


@jobs.app.periodic(cron="* * * * * */5")
@jobs.app.task(name="administration.seal", queue="upkeep", queueing_lock="administration.seal")
def seal(timestamp: int) -> None:
    """Chain what the audit log has got since the last time."""
    chain.seal()


@jobs.app.periodic(cron="0 * * * *")
@jobs.app.task(name="administration.log_head", queue="upkeep")
def log_head(timestamp: int) -> None:
    """Write the head of the chain where a hand in the database does not reach."""
    if head := chain.head():
        logger.info("audit head %s", head.line)
