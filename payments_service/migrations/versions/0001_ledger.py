"""The ledger: what may never change, what may never be negative, and how a journal is posted."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from kit import jobs

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# A posting carries its account along: whoever writes one, balances are right or nothing is written.
FUNCTIONS = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger is never changed: correct % by a reversal', TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE FUNCTION refuse_balance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION 'balances follow from postings, they are not written'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION carry_posting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE account SET posted = posted + NEW.amount, posting_count = posting_count + 1
    WHERE id = NEW.account_id
    RETURNING posted, posting_count INTO NEW.balance, NEW.number;
    RETURN NEW;
END $$;

CREATE FUNCTION carry_hold() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE account SET held_debit = held_debit + greatest(NEW.amount, 0),
                       held_credit = held_credit + greatest(-NEW.amount, 0)
    WHERE id = NEW.account_id;
    RETURN NEW;
END $$;

CREATE FUNCTION release_hold() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM journal WHERE id = NEW.resolves_id AND phase = 'hold') THEN
        RAISE EXCEPTION 'journal % is no hold', NEW.resolves_id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    UPDATE account SET held_debit = held_debit - greatest(held.amount, 0),
                       held_credit = held_credit - greatest(-held.amount, 0)
    FROM held WHERE held.journal_id = NEW.resolves_id AND account.id = held.account_id;
    RETURN NEW;
END $$;

CREATE FUNCTION check_balanced() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wrong uuid;
BEGIN
    SELECT journal_id INTO wrong FROM written GROUP BY journal_id, currency
    HAVING sum(amount) <> 0 LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'journal % does not balance', wrong
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION check_phase() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wrong uuid;
BEGIN
    SELECT written.journal_id INTO wrong
    FROM written LEFT JOIN journal ON journal.id = written.journal_id
         AND (journal.phase = 'hold') = (TG_TABLE_NAME = 'held') AND journal.phase <> 'void'
    WHERE journal.id IS NULL LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'journal % takes no such leg', wrong
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
"""

TRIGGERS = """
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON journal
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON posting
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON held
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON journal EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON posting EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON held EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_emptied BEFORE DELETE OR TRUNCATE ON account EXECUTE FUNCTION refuse_change();
CREATE TRIGGER only_by_postings BEFORE UPDATE ON account
    FOR EACH ROW EXECUTE FUNCTION refuse_balance();
CREATE TRIGGER carried BEFORE INSERT ON posting
    FOR EACH ROW EXECUTE FUNCTION carry_posting();
CREATE TRIGGER carried BEFORE INSERT ON held
    FOR EACH ROW EXECUTE FUNCTION carry_hold();
CREATE TRIGGER released AFTER INSERT ON journal
    FOR EACH ROW WHEN (NEW.resolves_id IS NOT NULL) EXECUTE FUNCTION release_hold();
CREATE TRIGGER balanced AFTER INSERT ON posting REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION check_balanced();
CREATE TRIGGER balanced AFTER INSERT ON held REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION check_balanced();
CREATE TRIGGER of_its_phase AFTER INSERT ON posting REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION check_phase();
CREATE TRIGGER of_its_phase AFTER INSERT ON held REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION check_phase();
"""

# Posts many journals, each whole or not at all. All accounts are locked first, in one order, so
# that writers wait for one another and never in a circle. `asked`: see queries/ledger.py.
POST = """
CREATE FUNCTION post_journals(asked jsonb)
RETURNS TABLE (place integer, outcome text, journal_id uuid, account text)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    one jsonb;
    known journal%ROWTYPE;
    written uuid;
    broken text;
BEGIN
    INSERT INTO account (code, kind, currency, guard)
    SELECT DISTINCT leg->>0, leg->>1, leg->>2, leg->>3
    FROM jsonb_array_elements(asked) AS j, jsonb_array_elements(j->'legs') AS leg
    WHERE NOT EXISTS (SELECT FROM account WHERE code = leg->>0)
    ORDER BY 1
    ON CONFLICT (code) DO NOTHING;

    PERFORM FROM account WHERE id IN (
        SELECT account.id
        FROM jsonb_array_elements(asked) AS j, jsonb_array_elements(j->'legs') AS leg
        JOIN account ON account.code = leg->>0
        UNION
        SELECT held.account_id
        FROM jsonb_array_elements(asked) AS j
        JOIN held ON held.journal_id = (j->>'resolves_id')::uuid
    ) ORDER BY id FOR NO KEY UPDATE;

    FOR one, place IN SELECT value, ordinality FROM jsonb_array_elements(asked) WITH ORDINALITY
    LOOP
        account := NULL;
        SELECT * INTO known FROM journal WHERE key = one->>'key';
        IF NOT FOUND THEN
            BEGIN
                INSERT INTO journal (id, key, input_hash, phase, kind, at, source, description,
                                     details, reverses_id, resolves_id, expires_at)
                VALUES ((one->>'id')::uuid, one->>'key', one->>'input_hash', one->>'phase',
                        one->>'kind', (one->>'at')::timestamptz, one->>'source',
                        one->>'description', one->'details', (one->>'reverses_id')::uuid,
                        (one->>'resolves_id')::uuid, (one->>'expires_at')::timestamptz)
                ON CONFLICT (key) DO NOTHING
                RETURNING id INTO written;
                IF FOUND THEN
                    IF one->>'phase' = 'hold' THEN
                        INSERT INTO held (journal_id, account_id, currency, amount)
                        SELECT written, account.id, leg->>2, (leg->>4)::bigint
                        FROM jsonb_array_elements(one->'legs') AS leg
                        JOIN account ON account.code = leg->>0;
                    ELSE
                        INSERT INTO posting (journal_id, account_id, currency, amount)
                        SELECT written, account.id, leg->>2, (leg->>4)::bigint
                        FROM jsonb_array_elements(one->'legs') AS leg
                        JOIN account ON account.code = leg->>0;
                    END IF;
                    outcome := 'posted';
                    journal_id := written;
                    RETURN NEXT;
                    CONTINUE;
                END IF;
            EXCEPTION
                WHEN check_violation THEN
                    GET STACKED DIAGNOSTICS broken = CONSTRAINT_NAME;
                    IF broken <> 'ck_account_never_negative' THEN
                        RAISE;
                    END IF;
                    SELECT leg->>0 INTO account
                    FROM jsonb_array_elements(one->'legs') AS leg
                    JOIN account ON account.code = leg->>0
                    WHERE CASE leg->>3
                        WHEN 'no_debit' THEN posted + held_debit + (leg->>4)::bigint > 0
                        WHEN 'no_credit' THEN posted - held_credit + (leg->>4)::bigint < 0
                        ELSE false END
                    LIMIT 1;
                    outcome := 'insufficient';
                    journal_id := NULL;
                    RETURN NEXT;
                    CONTINUE;
                WHEN unique_violation THEN
                    GET STACKED DIAGNOSTICS broken = CONSTRAINT_NAME;
                    IF broken NOT IN ('uq_journal_resolves_id', 'uq_journal_reverses_id') THEN
                        RAISE;
                    END IF;
                    outcome := CASE broken WHEN 'uq_journal_resolves_id' THEN 'resolved'
                                           ELSE 'reversed' END;
                    journal_id := NULL;
                    RETURN NEXT;
                    CONTINUE;
            END;
            SELECT * INTO known FROM journal WHERE key = one->>'key';
        END IF;
        outcome := CASE WHEN known.input_hash = one->>'input_hash' THEN 'replayed'
                        ELSE 'key_reused' END;
        journal_id := known.id;
        RETURN NEXT;
    END LOOP;
END $$;
"""


def upgrade() -> None:
    for statement in jobs.INSTALL:
        op.execute(statement)
    _accounts()
    _journals()
    _legs()
    for script in (FUNCTIONS, TRIGGERS, POST):
        op.execute(script)


def _accounts() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("guard", sa.Text(), nullable=False),
        sa.Column("posted", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("held_debit", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("held_credit", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("posting_count", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "CASE guard WHEN 'no_debit' THEN posted + held_debit <= 0 "
            "WHEN 'no_credit' THEN posted - held_credit >= 0 ELSE true END",
            name=op.f("ck_account_never_negative"),
        ),
        sa.CheckConstraint("held_debit >= 0 AND held_credit >= 0", name=op.f("ck_account_held")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("code", name=op.f("uq_account_code")),
        sa.UniqueConstraint("id", "currency", name=op.f("uq_account_id_currency")),
        postgresql_with={"fillfactor": "50"},
    )


def _journals() -> None:
    op.create_table(
        "journal",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("input_hash", sa.String(), nullable=False),
        sa.Column("phase", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("reverses_id", sa.Uuid(), nullable=True),
        sa.Column("resolves_id", sa.Uuid(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "(phase IN ('post', 'void')) = (resolves_id IS NOT NULL)",
            name=op.f("ck_journal_resolves"),
        ),
        sa.ForeignKeyConstraint(
            ["resolves_id"], ["journal.id"], name=op.f("fk_journal_resolves_id")
        ),
        sa.ForeignKeyConstraint(
            ["reverses_id"], ["journal.id"], name=op.f("fk_journal_reverses_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal")),
        sa.UniqueConstraint("key", name=op.f("uq_journal_key")),
        sa.UniqueConstraint("resolves_id", name=op.f("uq_journal_resolves_id")),
        sa.UniqueConstraint("reverses_id", name=op.f("uq_journal_reverses_id")),
    )
    op.create_index(op.f("ix_journal_at"), "journal", ["at"], unique=False)
    op.create_index("ix_journal_kind_id", "journal", ["kind", "id"], unique=False)
    op.create_index("ix_journal_source", "journal", ["source"], unique=False)
    op.create_index(
        "ix_journal_expires_at",
        "journal",
        ["expires_at"],
        unique=False,
        postgresql_where=sa.text("phase = 'hold'"),
    )


def _legs() -> None:
    op.create_table(
        "posting",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("journal_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("balance", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.CheckConstraint("amount <> 0", name=op.f("ck_posting_amount")),
        sa.ForeignKeyConstraint(
            ["account_id", "currency"],
            ["account.id", "account.currency"],
            name=op.f("fk_posting_account_id_currency"),
        ),
        sa.ForeignKeyConstraint(["journal_id"], ["journal.id"], name=op.f("fk_posting_journal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posting")),
        sa.UniqueConstraint("account_id", "number", name=op.f("uq_posting_account_id_number")),
        sa.UniqueConstraint(
            "journal_id", "account_id", name=op.f("uq_posting_journal_id_account_id")
        ),
    )
    op.create_table(
        "held",
        sa.Column("journal_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount <> 0", name=op.f("ck_held_amount")),
        sa.ForeignKeyConstraint(
            ["account_id", "currency"],
            ["account.id", "account.currency"],
            name=op.f("fk_held_account_id_currency"),
        ),
        sa.ForeignKeyConstraint(["journal_id"], ["journal.id"], name=op.f("fk_held_journal_id")),
        sa.PrimaryKeyConstraint("journal_id", "account_id", name=op.f("pk_held")),
    )
    op.create_index("ix_held_account_id", "held", ["account_id"], unique=False)


def downgrade() -> None:
    op.execute("DROP FUNCTION post_journals(jsonb)")
    for table in ("held", "posting", "journal", "account"):
        op.drop_table(table)
    for name in (
        "check_phase",
        "check_balanced",
        "release_hold",
        "carry_hold",
        "carry_posting",
        "refuse_balance",
        "refuse_change",
    ):
        op.execute(f"DROP FUNCTION {name}()")
    for statement in jobs.UNINSTALL:
        op.execute(statement)
