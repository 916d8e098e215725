"""What keeps the books honest by itself."""

from kit.jobs import Tasks

tasks = Tasks()
