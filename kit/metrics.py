"""What Prometheus reads from a service: requests, latencies, pool use."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from sqlalchemy.pool import QueuePool

from kit.db import Database

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
Series = tuple[Counter, Histogram]


class Metrics:
    """The registry of one app: many apps may share a process, their numbers must not meet."""

    def __init__(self, service: str, database: Database | None = None) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "http_requests", "Requests answered.", ["service", "method", "route", "status"],
            registry=self.registry,
        )  # fmt: skip
        self.latency = Histogram(
            "http_request_seconds", "Time to answer.", ["service", "method", "route"],
            buckets=BUCKETS, registry=self.registry,
        )  # fmt: skip
        self.service = service
        self.series: dict[tuple[str, str, int], Series] = {}
        if database is not None:
            self._watch_pool(database)

    def note(self, method: str, route: str, status: int, seconds: float) -> None:
        key = (method, route, status)
        series = self.series.get(key)
        if series is None:
            series = self.series[key] = (
                self.requests.labels(self.service, method, route, str(status)),
                self.latency.labels(self.service, method, route),
            )
        series[0].inc()
        series[1].observe(seconds)

    def text(self) -> bytes:
        return generate_latest(self.registry)

    def _watch_pool(self, database: Database) -> None:
        pool = database.engine.pool
        if not isinstance(pool, QueuePool):
            return
        for name, read in (("used", pool.checkedout), ("idle", pool.checkedin)):
            gauge = Gauge(
                f"database_connections_{name}", f"Connections {name}.", registry=self.registry
            )
            gauge.set_function(read)
