"""The ledger: what may never change, what may never be negative, and how a journal is posted."""

import re

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from kit import jobs

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# Plans of functions and triggers are kept from their first run on, when tables may be empty:
# without these settings they would read whole tables for good.
BY_INDEX = "SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off"

# Whoever writes postings, balances follow from them or nothing is written: in one statement come
# all legs of a journal, numbered, each with the balance after it.
FUNCTIONS = f"""
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger is never changed: correct % by a reversal', TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE FUNCTION check_postings() RETURNS trigger LANGUAGE plpgsql {BY_INDEX} AS $$
DECLARE
    wrong text;
    is_plain boolean;
BEGIN
    SELECT bool_and(phase = 'posted' AND reverses_id IS NULL) INTO is_plain
    FROM written JOIN journal ON journal.id = journal_id;
    SELECT journal_id || ' does not balance' INTO wrong FROM written
    GROUP BY journal_id, currency HAVING sum(amount) <> 0 LIMIT 1;
    IF NOT FOUND THEN
        SELECT journal_id || ' has its legs already' INTO wrong
        FROM (SELECT journal_id, count(*) AS legs FROM written GROUP BY journal_id) AS own
        WHERE legs <> (SELECT count(*) FROM posting WHERE posting.journal_id = own.journal_id)
        LIMIT 1;
    END IF;
    IF NOT FOUND AND NOT is_plain THEN
        SELECT written.journal_id || ' takes no such leg' INTO wrong
        FROM written
        JOIN journal ON journal.id = written.journal_id
        LEFT JOIN held ON held.journal_id = journal.resolves_id
             AND held.account_id = written.account_id
        LEFT JOIN posting AS undone ON undone.journal_id = journal.reverses_id
             AND undone.account_id = written.account_id
        WHERE journal.phase NOT IN ('posted', 'post')
           OR sign(held.amount) <> sign(written.amount)
           OR abs(held.amount) < abs(written.amount)
           OR (journal.reverses_id IS NOT NULL AND undone.amount IS DISTINCT FROM -written.amount)
        LIMIT 1;
    END IF;
    IF NOT FOUND AND NOT is_plain THEN
        SELECT journal.id || ' reverses a part' INTO wrong
        FROM written JOIN journal ON journal.id = written.journal_id
        JOIN posting AS undone ON undone.journal_id = journal.reverses_id
        LEFT JOIN posting AS again ON again.journal_id = journal.id
             AND again.account_id = undone.account_id
        WHERE journal.reverses_id IS NOT NULL AND again.id IS NULL LIMIT 1;
    END IF;
    IF FOUND THEN
        RAISE EXCEPTION 'journal %', wrong USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION carry_postings() RETURNS trigger LANGUAGE plpgsql {BY_INDEX} AS $$
DECLARE
    wrong text;
    is_negative boolean;
BEGIN
    UPDATE account SET posted = posted + moved.total, posting_count = posting_count + moved.legs
    FROM (SELECT account_id, sum(amount)::bigint AS total, count(*) AS legs
          FROM written GROUP BY account_id) AS moved
    WHERE account.id = moved.account_id;

    SELECT account.code, leg.negative INTO wrong, is_negative
    FROM (
        SELECT account_id, number, balance,
               row_number() OVER onwards AS place, sum(amount) OVER onwards AS running,
               count(*) OVER whole AS legs, sum(amount) OVER whole AS total
        FROM written
        WINDOW whole AS (PARTITION BY account_id), onwards AS (whole ORDER BY number)
    ) AS found
    JOIN account ON account.id = found.account_id
    CROSS JOIN LATERAL (SELECT CASE guard
        WHEN 'no_debit' THEN balance + held_debit > 0
        WHEN 'no_credit' THEN balance - held_credit < 0
        ELSE false END AS negative) AS leg
    WHERE number <> posting_count - legs + place OR balance <> posted - total + running
       OR leg.negative
    LIMIT 1;
    IF is_negative THEN
        RAISE EXCEPTION '% would be negative in between', wrong
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_account_never_negative';
    ELSIF FOUND THEN
        RAISE EXCEPTION 'the balance after a posting on % is another', wrong
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION carry_hold() RETURNS trigger LANGUAGE plpgsql {BY_INDEX} AS $$
DECLARE
    wrong uuid;
BEGIN
    SELECT journal_id INTO wrong FROM written GROUP BY journal_id, currency
    HAVING sum(amount) <> 0 LIMIT 1;
    IF NOT FOUND THEN
        SELECT written.journal_id INTO wrong FROM written
        JOIN journal ON journal.id = written.journal_id WHERE journal.phase <> 'hold' LIMIT 1;
    END IF;
    IF NOT FOUND THEN
        SELECT journal_id INTO wrong
        FROM (SELECT journal_id, count(*) AS legs FROM written GROUP BY journal_id) AS own
        WHERE legs <> (SELECT count(*) FROM held WHERE held.journal_id = own.journal_id)
           OR EXISTS (SELECT FROM journal WHERE resolves_id = own.journal_id)
        LIMIT 1;
    END IF;
    IF FOUND THEN
        RAISE EXCEPTION 'journal % is no such hold', wrong
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    UPDATE account SET held_debit = held_debit + moved.debit,
                       held_credit = held_credit + moved.credit
    FROM (SELECT account_id, sum(greatest(amount, 0))::bigint AS debit,
                 sum(greatest(-amount, 0))::bigint AS credit
          FROM written GROUP BY account_id) AS moved
    WHERE account.id = moved.account_id;
    RETURN NULL;
END $$;

CREATE FUNCTION release_hold() RETURNS trigger LANGUAGE plpgsql {BY_INDEX} AS $$
DECLARE
    hold journal%ROWTYPE;
BEGIN
    SELECT * INTO hold FROM journal WHERE id = NEW.resolves_id;
    IF hold.phase <> 'hold' THEN
        RAISE EXCEPTION 'journal % is no hold', hold.id USING ERRCODE = 'KH002';
    ELSIF NEW.phase = 'post' AND hold.expires_at <= NEW.at THEN
        RAISE EXCEPTION 'hold % has expired', hold.id USING ERRCODE = 'KH001';
    END IF;
    UPDATE account SET held_debit = held_debit - greatest(held.amount, 0),
                       held_credit = held_credit - greatest(-held.amount, 0)
    FROM held WHERE held.journal_id = NEW.resolves_id AND account.id = held.account_id;
    RETURN NULL;
END $$;
"""  # noqa: S608  (nothing but constants)

ONLY_BY_TRIGGERS = "WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION refuse_change()"
TRIGGERS = f"""
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
CREATE TRIGGER only_by_postings BEFORE UPDATE ON account FOR EACH ROW {ONLY_BY_TRIGGERS};
CREATE TRIGGER empty_at_first BEFORE INSERT ON account FOR EACH ROW
    WHEN (NEW.posted <> 0 OR NEW.held_debit <> 0 OR NEW.held_credit <> 0 OR NEW.posting_count <> 0)
    EXECUTE FUNCTION refuse_change();
CREATE TRIGGER released AFTER INSERT ON journal
    FOR EACH ROW WHEN (NEW.resolves_id IS NOT NULL) EXECUTE FUNCTION release_hold();
CREATE TRIGGER a_checked AFTER INSERT ON posting REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION check_postings();
CREATE TRIGGER b_carried AFTER INSERT ON posting REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION carry_postings();
CREATE TRIGGER carried AFTER INSERT ON held REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION carry_hold();
"""

# `asked` is a list of journals, see queries/ledger.py. post_all writes them all or raises;
# post_halves halves what raises until it finds the journals to blame; post_journals locks all
# accounts first, in one order, so that writers wait for one another and never in a circle.
POST = f"""
CREATE FUNCTION post_all(asked jsonb, before integer)
RETURNS TABLE (place integer, outcome text, journal_id uuid, account text)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
    INSERT INTO journal (id, key, input_hash, phase, kind, at, source, description, details,
                         reverses_id, resolves_id, expires_at)
    SELECT DISTINCT ON (key) id, key, input_hash, phase, kind, at, source, description, details,
                             reverses_id, resolves_id, expires_at
    FROM ROWS FROM (jsonb_to_recordset(asked) AS (
        id uuid, key text, input_hash text, phase text, kind text, at timestamptz, source text,
        description text, details jsonb, reverses_id uuid, resolves_id uuid,
        expires_at timestamptz
    )) WITH ORDINALITY AS one (id, key, input_hash, phase, kind, at, source, description, details,
                               reverses_id, resolves_id, expires_at, nth)
    ORDER BY key, nth
    ON CONFLICT (key) DO NOTHING;

    IF asked @? '$[*] ? (@.phase == "hold")' THEN
        INSERT INTO held (journal_id, account_id, currency, amount)
        SELECT journal.id, account.id, leg->>2, (leg->>4)::bigint
        FROM jsonb_array_elements(asked) AS one
        JOIN journal ON journal.id = (one->>'id')::uuid
        CROSS JOIN jsonb_array_elements(one->'legs') AS leg
        JOIN account ON account.code = leg->>0
        WHERE one->>'phase' = 'hold';
    END IF;

    INSERT INTO posting (journal_id, account_id, currency, amount, number, balance)
    SELECT journal.id, account.id, leg->>2, (leg->>4)::bigint,
           account.posting_count + row_number() OVER onwards,
           account.posted + sum((leg->>4)::bigint) OVER onwards
    FROM jsonb_array_elements(asked) WITH ORDINALITY AS one (line, nth)
    JOIN journal ON journal.id = (line->>'id')::uuid
    CROSS JOIN jsonb_array_elements(line->'legs') AS leg
    JOIN account ON account.code = leg->>0
    WHERE line->>'phase' <> 'hold'
    WINDOW onwards AS (PARTITION BY account.id ORDER BY nth);

    RETURN QUERY
    SELECT before + nth::integer,
           CASE WHEN journal.id = (line->>'id')::uuid THEN 'posted'
                WHEN journal.input_hash = line->>'input_hash' THEN 'replayed'
                ELSE 'key_reused' END,
           journal.id, NULL::text
    FROM jsonb_array_elements(asked) WITH ORDINALITY AS one (line, nth)
    JOIN journal ON journal.key = line->>'key';
END $$;

CREATE FUNCTION lacking(one jsonb) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT code FROM jsonb_array_elements(one->'legs') AS leg
    JOIN account ON account.code = leg->>0
    LEFT JOIN held ON held.journal_id = (one->>'resolves_id')::uuid AND held.account_id = account.id
    WHERE CASE guard
        WHEN 'no_debit'
            THEN posted + held_debit - greatest(held.amount, 0) + (leg->>4)::bigint > 0
        WHEN 'no_credit'
            THEN posted - held_credit + greatest(-held.amount, 0) + (leg->>4)::bigint < 0
        ELSE false END
    LIMIT 1
$$;

CREATE FUNCTION post_halves(asked jsonb, before integer)
RETURNS TABLE (place integer, outcome text, journal_id uuid, account text)
LANGUAGE plpgsql AS $$
DECLARE
    size integer := jsonb_array_length(asked);
    half integer := size / 2;
    broken text;
    refusal text;
BEGIN
    BEGIN
        RETURN QUERY SELECT * FROM post_all(asked, before);
        RETURN;
    EXCEPTION
        WHEN check_violation OR unique_violation OR foreign_key_violation THEN
            GET STACKED DIAGNOSTICS broken = CONSTRAINT_NAME;
            refusal := CASE broken
                WHEN 'ck_account_never_negative' THEN 'insufficient'
                WHEN 'uq_journal_resolves_id' THEN 'resolved'
                WHEN 'uq_journal_reverses_id' THEN 'reversed'
                WHEN 'fk_journal_resolves_id' THEN 'no_hold'
                WHEN 'fk_journal_reverses_id' THEN 'no_journal' END;
            IF refusal IS NULL THEN
                RAISE;
            END IF;
        WHEN SQLSTATE 'KH001' THEN
            refusal := 'expired';
        WHEN SQLSTATE 'KH002' THEN
            refusal := 'no_hold';
    END;
    IF size = 1 THEN
        RETURN QUERY SELECT before + 1, refusal, NULL::uuid,
            CASE refusal WHEN 'insufficient' THEN lacking(asked->0) END;
    ELSE
        RETURN QUERY SELECT * FROM post_halves(
            jsonb_path_query_array(asked, '$[0 to $until]', jsonb_build_object('until', half - 1)),
            before);
        RETURN QUERY SELECT * FROM post_halves(
            jsonb_path_query_array(asked, '$[$since to last]', jsonb_build_object('since', half)),
            before + half);
    END IF;
END $$;

CREATE FUNCTION post_journals(asked jsonb)
RETURNS TABLE (place integer, outcome text, journal_id uuid, account text)
LANGUAGE plpgsql {BY_INDEX} AS $$
#variable_conflict use_column
DECLARE
    size integer := jsonb_array_length(asked);
BEGIN
    INSERT INTO account (code, kind, currency, guard)
    SELECT DISTINCT leg->>0, leg->>1, leg->>2, leg->>3
    FROM jsonb_array_elements(asked) AS one, jsonb_array_elements(one->'legs') AS leg
    WHERE NOT EXISTS (SELECT FROM account WHERE code = leg->>0)
    ORDER BY 1
    ON CONFLICT (code) DO NOTHING;

    PERFORM FROM account WHERE id IN (
        SELECT account.id
        FROM jsonb_array_elements(asked) AS one, jsonb_array_elements(one->'legs') AS leg
        JOIN account ON account.code = leg->>0
        UNION
        SELECT held.account_id
        FROM jsonb_array_elements(asked) AS one
        JOIN held ON held.journal_id = (one->>'resolves_id')::uuid
    ) ORDER BY id FOR NO KEY UPDATE;

    IF jsonb_path_exists(asked, '$[*] ? (@.phase != "posted")') THEN
        FOR i IN 0 .. size - 1 LOOP  -- holds count before what follows them: one after the other
            RETURN QUERY SELECT * FROM post_halves(jsonb_build_array(asked->i), i);
        END LOOP;
    ELSE
        RETURN QUERY SELECT * FROM post_halves(asked, 0);
    END IF;
END $$;
"""  # noqa: S608  (nothing but constants)


def upgrade() -> None:
    for statement in jobs.INSTALL:
        op.execute(statement)
    _accounts()
    _journals()
    _legs()
    _checks()
    for script in (FUNCTIONS, TRIGGERS, POST):
        for statement in re.split(r"\n(?=CREATE )", script.strip()):  # one at a time, to asyncpg
            op.execute(statement)


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
    )
    for one in ("resolves_id", "reverses_id"):
        op.create_index(
            f"uq_journal_{one}", "journal", [one], unique=True,
            postgresql_where=sa.text(f"{one} IS NOT NULL"),
        )  # fmt: skip
    op.create_index("ix_journal_at_id", "journal", ["at", "id"], unique=False)
    op.create_index("ix_journal_kind_at_id", "journal", ["kind", "at", "id"], unique=False)
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
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("balance", sa.BigInteger(), nullable=False),
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


def _checks() -> None:
    op.create_table(
        "account_check",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("balance", sa.BigInteger(), nullable=False),
        sa.Column("whole_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_account_check_account_id")
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_account_check")),
    )
    op.create_index(op.f("ix_account_check_whole_at"), "account_check", ["whole_at"])
    op.create_table(
        "open_item",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_open_item_account_id")
        ),
        sa.PrimaryKeyConstraint("account_id", "item", name=op.f("pk_open_item")),
    )
    op.create_table(
        "finding",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding")),
    )
    op.create_index(
        "uq_finding_open",
        "finding",
        ["kind", "subject"],
        unique=True,
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "reconciliation",
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ours", sa.BigInteger(), nullable=False),
        sa.Column("theirs", sa.BigInteger(), nullable=False),
        sa.Column("differs_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reconciliation")),
    )
    op.create_index(
        op.f("ix_reconciliation_provider_currency_at"),
        "reconciliation",
        ["provider", "currency", "at"],
    )


FUNCTIONS_MADE = (
    "post_journals(jsonb)", "post_halves(jsonb, integer)", "lacking(jsonb)",
    "post_all(jsonb, integer)",
)  # fmt: skip
TRIGGERS_MADE = (
    "release_hold()", "carry_hold()", "carry_postings()", "check_postings()", "refuse_change()",
)  # fmt: skip


def downgrade() -> None:
    for name in FUNCTIONS_MADE:
        op.execute(f"DROP FUNCTION {name}")
    for table in ("reconciliation", "finding", "open_item", "account_check"):
        op.drop_table(table)
    for table in ("held", "posting", "journal", "account"):
        op.drop_table(table)
    for name in TRIGGERS_MADE:
        op.execute(f"DROP FUNCTION {name}")
    for statement in jobs.UNINSTALL:
        op.execute(statement)
