"""Who may pass which door of plans, subscriptions, promotions, vouchers."""

from tests.contracts.permissions.rules import Table

TABLE: Table = {}
