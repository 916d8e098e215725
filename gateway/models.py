"""The tables of the gateway; no other service reads them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, ForeignKey, Identity, Index, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from kit.contracts.gateway import JobState
from kit.db import Row, new_registry

UNFINISHED = "state IN ('queued', 'processing')"


class Table(DeclarativeBase):
    registry = new_registry()


class Event(Row, Table):
    """Every event ever received, known or not; its id is the sender's."""

    __tablename__ = "event"
    __table_args__ = (Index("ix_event_name_id", "name", "id"),)

    name: Mapped[str]
    at: Mapped[datetime]
    source: Mapped[str]
    payload: Mapped[dict[str, Any]] = mapped_column(JSONB)
    request_id: Mapped[str | None]
    received_at: Mapped[datetime]
    is_known: Mapped[bool]
    job_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))


class Job(Row, Table):
    """One run of a pipeline. `generation` counts its retries: what an earlier one says is void."""

    __tablename__ = "job"
    __table_args__ = (
        Index("ix_job_unfinished", "key", unique=True, postgresql_where=text(UNFINISHED)),
        Index("ix_job_state_id", "state", "id"),
        Index("ix_job_pipeline_id", "pipeline", "id"),
        Index("ix_job_subject_id", "subject", "id"),
        Index("ix_job_updated_at", "updated_at"),
    )

    pipeline: Mapped[str]
    key: Mapped[str]
    subject: Mapped[str]
    title: Mapped[str]
    arguments: Mapped[dict[str, Any]] = mapped_column(JSONB)
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    event_id: Mapped[UUID | None] = mapped_column(ForeignKey("event.id"), index=True)
    state: Mapped[JobState] = mapped_column(Text, default=JobState.queued)
    step: Mapped[str]
    progress: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None]
    generation: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    steps: Mapped[list["Step"]] = relationship(lazy="raise", order_by="Step.position")


class Step(Table):
    __tablename__ = "step"

    job_id: Mapped[UUID] = mapped_column(ForeignKey("job.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]
    state: Mapped[JobState] = mapped_column(Text, default=JobState.queued)
    attempts: Mapped[int] = mapped_column(default=0)
    progress: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    waits_until: Mapped[datetime | None]

    @property
    def duration_ms(self) -> int | None:
        """Return how long it took from its first start to its end."""
        if self.started_at is None or self.finished_at is None:
            return None
        return max(0, round((self.finished_at - self.started_at).total_seconds() * 1000))


class LogLine(Table):
    __tablename__ = "log_line"
    __table_args__ = (Index("ix_log_line_job_id_id", "job_id", "id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    job_id: Mapped[UUID] = mapped_column(ForeignKey("job.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    level: Mapped[str]
    step: Mapped[str]
    text: Mapped[str]


class DeadLetter(Row, Table):
    """A step that failed for good, kept with its reason until it is replayed."""

    __tablename__ = "dead_letter"

    job_id: Mapped[UUID] = mapped_column(ForeignKey("job.id", ondelete="CASCADE"), index=True)
    step: Mapped[str]
    attempts: Mapped[int]
    reason: Mapped[str]
    failed_at: Mapped[datetime]
    replayed_at: Mapped[datetime | None]
    job: Mapped[Job] = relationship(lazy="raise")

    @property
    def pipeline(self) -> str:
        return self.job.pipeline

    @property
    def subject(self) -> str:
        return self.job.subject
