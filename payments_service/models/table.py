"""What every table of payments_service is made from."""

from sqlalchemy.orm import DeclarativeBase

from kit.db import new_registry


class Table(DeclarativeBase):
    registry = new_registry()
