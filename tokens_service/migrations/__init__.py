"""The changes of the store's schema, numbered; a number is applied once and never edited."""

from tokens_service.migrations import first, second

ALL = ((1, first.STATEMENTS), (2, second.STATEMENTS))
