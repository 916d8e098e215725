"""Spending coins as one function, and what postings refer to checked a statement at a time."""

import re

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

BY_INDEX = "SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off"

# see_coins: lots that can be spent now, and what was spent under these keys, at one moment.
# take_coins: the check constraints of coin_lot are the last word; what is not there cannot be
# taken. spend_coins: lots are locked before accounts, as everywhere; where they are not as whoever
# planned the spends saw them, he plans anew (serialization_failure).
FUNCTIONS = f"""
CREATE FUNCTION see_coins(owners uuid[], keys text[], since timestamptz)
RETURNS TABLE (lot coin_lot, spend coin_spend)
LANGUAGE plpgsql STABLE {BY_INDEX} SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    RETURN QUERY
    SELECT coin_lot, NULL::coin_spend FROM coin_lot
    WHERE account_id = ANY(owners) AND remaining > 0 AND (expires_at IS NULL OR expires_at > since)
    UNION ALL
    SELECT NULL::coin_lot, coin_spend FROM coin_spend WHERE key = ANY(keys);
END $$;

CREATE FUNCTION take_coins(uses jsonb) RETURNS void LANGUAGE plpgsql {BY_INDEX} AS $$
BEGIN
    UPDATE coin_lot SET remaining = remaining - sums.amount,
                        value_amount = value_amount - sums.value
    FROM (
        SELECT lot_id, sum(amount) AS amount, sum(value) AS value
        FROM jsonb_to_recordset(uses) AS one (lot_id uuid, amount bigint, value bigint)
        GROUP BY lot_id
    ) AS sums
    WHERE coin_lot.id = sums.lot_id;

    INSERT INTO coin_use (journal_id, lot_id, amount, value)
    SELECT * FROM jsonb_to_recordset(uses)
        AS one (journal_id uuid, lot_id uuid, amount bigint, value bigint);
END $$;

CREATE FUNCTION spend_coins(seen jsonb, journals jsonb, uses jsonb, spends jsonb)
RETURNS void LANGUAGE plpgsql {BY_INDEX} AS $$
DECLARE
    refused text;
BEGIN
    PERFORM FROM coin_lot
    WHERE id IN (SELECT id FROM jsonb_to_recordset(seen) AS one (id uuid))
    ORDER BY id FOR UPDATE;

    PERFORM FROM jsonb_to_recordset(seen)
        AS one (id uuid, account_id uuid, remaining bigint, value bigint)
    LEFT JOIN coin_lot ON coin_lot.id = one.id
    WHERE (coin_lot.account_id, coin_lot.remaining, coin_lot.value_amount)
        IS DISTINCT FROM (one.account_id, one.remaining, one.value);
    IF FOUND THEN
        RAISE EXCEPTION 'coins have moved meanwhile' USING ERRCODE = 'serialization_failure';
    END IF;

    INSERT INTO coin_spend (id, key, asked, account_id, amount, granted_amount, balance,
                            subject, title, created_at)
    SELECT * FROM jsonb_to_recordset(spends) AS one (
        id uuid, key text, asked text, account_id uuid, amount bigint, granted_amount bigint,
        balance bigint, subject text, title text, created_at timestamptz
    );

    SELECT outcome || ' ' || coalesce(account, '') INTO refused
    FROM post_journals(journals) WHERE outcome <> 'posted' LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'lots and ledger differ: %', refused USING ERRCODE = 'KC001';
    END IF;

    PERFORM take_coins(uses);
END $$;
"""  # noqa: S608  (nothing but constants)


# A foreign key asks once for each leg. Journals and accounts are never deleted, so one look at all
# legs of a statement is as good.
REFERENCES = f"""
CREATE FUNCTION check_references() RETURNS trigger LANGUAGE plpgsql {BY_INDEX} AS $$
DECLARE
    missing text;
BEGIN
    SELECT CASE WHEN journal.id IS NULL THEN 'fk_posting_journal_id'
                ELSE 'fk_posting_account_id_currency' END INTO missing
    FROM written
    LEFT JOIN journal ON journal.id = written.journal_id
    LEFT JOIN account ON account.id = written.account_id AND account.currency = written.currency
    WHERE journal.id IS NULL OR account.id IS NULL LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'a posting refers to what is not there: %', missing
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = missing;
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER a_referred AFTER INSERT ON posting REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION check_references();
"""  # noqa: S608  (nothing but constants)


def upgrade() -> None:
    made = (FUNCTIONS + REFERENCES).strip()
    for statement in re.split(r"\n(?=CREATE )", made):  # one at a time, to asyncpg
        op.execute(statement)
    op.drop_constraint(op.f("fk_posting_account_id_currency"), "posting")
    op.drop_constraint(op.f("fk_posting_journal_id"), "posting")


def downgrade() -> None:
    both = ["account_id", "currency"], ["id", "currency"]
    op.create_foreign_key(op.f("fk_posting_account_id_currency"), "posting", "account", *both)
    one = ["journal_id"], ["id"]
    op.create_foreign_key(op.f("fk_posting_journal_id"), "posting", "journal", *one)
    op.execute("DROP TRIGGER a_referred ON posting")
    op.execute("DROP FUNCTION check_references()")
    op.execute("DROP FUNCTION spend_coins(jsonb, jsonb, jsonb, jsonb)")
    op.execute("DROP FUNCTION take_coins(jsonb)")
    op.execute("DROP FUNCTION see_coins(uuid[], text[], timestamptz)")
