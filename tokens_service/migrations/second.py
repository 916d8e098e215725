"""2. A token may belong to an account."""

STATEMENTS = (
    "ALTER TABLE token ADD COLUMN account_id TEXT",
    "ALTER TABLE token ADD COLUMN linked_at INTEGER",
    """
    CREATE INDEX ix_token_account_id ON token (account_id, linked_at) WHERE account_id IS NOT NULL
    """,
)
