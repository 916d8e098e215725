"""Who may pass which door of the ledger."""

from tests.contracts.permissions.rules import Table

TABLE: Table = {}
