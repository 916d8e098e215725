"""payments_service: what viewers pay, what film-makers earn, and the ledger of both."""
