"""1. Tokens, batches, devices, and what the audit log must still be told."""

STATEMENTS = (
    """
    CREATE TABLE token (
        id TEXT PRIMARY KEY,
        lookup TEXT NOT NULL,
        key_id TEXT NOT NULL,
        sealed TEXT NOT NULL,
        access_level TEXT NOT NULL CHECK (access_level IN ('public', 'vip', 'ppv')),
        video_id TEXT,
        title TEXT NOT NULL,
        label TEXT NOT NULL,
        searchable TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        expires_at INTEGER NOT NULL,
        revoked_at INTEGER,
        max_devices INTEGER,
        batch_id TEXT,
        owner TEXT NOT NULL,
        request_key TEXT,
        request TEXT NOT NULL,
        CHECK ((access_level = 'ppv') = (video_id IS NOT NULL))
    ) STRICT
    """,
    "CREATE UNIQUE INDEX uq_token_lookup ON token (lookup)",
    "CREATE UNIQUE INDEX uq_token_owner_request_key ON token (owner, request_key)",
    "CREATE INDEX ix_token_batch_id ON token (batch_id, id) WHERE batch_id IS NOT NULL",
    "CREATE INDEX ix_token_video_id ON token (video_id, id) WHERE video_id IS NOT NULL",
    "CREATE INDEX ix_token_key_id ON token (key_id)",
    """
    CREATE TABLE batch (
        id TEXT PRIMARY KEY,
        title TEXT NOT NULL,
        label TEXT NOT NULL,
        access_level TEXT NOT NULL,
        video_id TEXT,
        max_devices INTEGER,
        count INTEGER NOT NULL,
        created_at INTEGER NOT NULL,
        expires_at INTEGER NOT NULL,
        owner TEXT NOT NULL,
        request_key TEXT,
        request TEXT NOT NULL
    ) STRICT
    """,
    "CREATE UNIQUE INDEX uq_batch_owner_request_key ON batch (owner, request_key)",
    """
    CREATE TABLE device (
        token_id TEXT NOT NULL,
        id TEXT NOT NULL,
        first_seen_at INTEGER NOT NULL,
        PRIMARY KEY (token_id, id)
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE outbox (
        id TEXT PRIMARY KEY,
        body TEXT NOT NULL
    ) STRICT
    """,
)
