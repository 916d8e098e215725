"""Who may pass which door of papers, refunds, earnings, payouts."""

from tests.contracts.permissions.rules import Table

TABLE: Table = {}
