"""Who may pass which door of orders, attempts, webhooks, the sandbox."""

from tests.contracts.permissions.rules import Table

TABLE: Table = {}
