"""What payments_service does by itself."""

from kit.jobs import Tasks

tasks = Tasks()
