"""What the queue holds, for `/metrics` and for whoever asks.

Series: `jobs{service, task, state}` with states queued (due), scheduled (due later), processing and
failed (held); `jobs_oldest_waiting_seconds{service}`; and from the worker itself
`job_seconds{service, task, outcome}`, a histogram of runs.
"""

from sqlalchemy import text

from kit.db import Database
from kit.schema import Schema

COUNT = text("""
    SELECT entrypoint AS task,
           CASE WHEN status = 'picked' THEN 'processing'
                WHEN status = 'failed' THEN 'failed'
                WHEN execute_after > now() THEN 'scheduled'
                ELSE 'queued' END AS state,
           count(*) AS jobs,
           coalesce(
               max(extract(epoch FROM now() - execute_after)) FILTER (
                   WHERE status = 'queued' AND execute_after <= now()
               ), 0
           )::float8 AS oldest
    FROM pgqueuer GROUP BY 1, 2
""")


class Count(Schema):
    task: str
    state: str
    jobs: int
    oldest: float


class Stats(Schema):
    """Jobs by task and state, and how long the oldest one that is due has waited."""

    counts: list[Count]

    @property
    def oldest_waiting_seconds(self) -> float:
        return max((count.oldest for count in self.counts), default=0.0)

    def by_state(self, state: str) -> int:
        return sum(count.jobs for count in self.counts if count.state == state)


async def stats(database: Database) -> Stats:
    async with database.reads() as session:
        rows = (await session.execute(COUNT)).mappings().all()
    return Stats(counts=[Count.model_validate(dict(row)) for row in rows])


def exposition(service: str, found: Stats) -> bytes:
    """Return the numbers in the text format of Prometheus."""
    lines = ["# HELP jobs Jobs by task and state.", "# TYPE jobs gauge"]
    lines += [
        f'jobs{{service="{service}",task="{one.task}",state="{one.state}"}} {one.jobs}'
        for one in found.counts
    ]
    lines += [
        "# HELP jobs_oldest_waiting_seconds How long the oldest job that is due has waited.",
        "# TYPE jobs_oldest_waiting_seconds gauge",
        f'jobs_oldest_waiting_seconds{{service="{service}"}} {found.oldest_waiting_seconds:.3f}',
    ]
    return ("\n".join(lines) + "\n").encode()
