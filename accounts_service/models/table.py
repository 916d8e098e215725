"""What every table of accounts_service is made from."""

from sqlalchemy.orm import DeclarativeBase

from kit.db import Row, new_registry


class Base(DeclarativeBase):
    registry = new_registry()


class Table(Row, Base):
    __abstract__ = True
