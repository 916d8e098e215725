"""Money: orders and what became of them, what is sold, payouts, the ledger."""
