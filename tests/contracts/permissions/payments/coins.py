"""Who may pass which door of coins, packs, films, bundles."""

from tests.contracts.permissions.rules import Table

TABLE: Table = {}
