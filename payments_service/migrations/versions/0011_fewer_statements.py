"""Posting in fewer statements: one trigger looks at all legs once, and accounts are locked once."""

import re
from importlib import import_module
from types import ModuleType

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

BY_INDEX = "SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off"

# Whoever writes postings, balances follow from them or nothing is written: in one statement come
# all legs of a journal, numbered, each with the balance after it. Journals and accounts are never
# deleted, so to look once whether they are there is as good as a foreign key.
CHECK = f"""
CREATE OR REPLACE FUNCTION check_postings() RETURNS trigger LANGUAGE plpgsql {BY_INDEX} AS $$
DECLARE
    is_there boolean;
    is_plain boolean;
    is_negative boolean;
    wrong text;
BEGIN
    SELECT bool_and(journal.id IS NOT NULL),
           bool_and(journal.phase = 'posted' AND journal.reverses_id IS NULL),
           min(CASE WHEN NOT balances THEN own.journal_id || ' does not balance'
                    WHEN legs <> (SELECT count(*) FROM posting
                                  WHERE posting.journal_id = own.journal_id)
                    THEN own.journal_id || ' has its legs already' END)
    INTO is_there, is_plain, wrong
    FROM (
        SELECT journal_id, bool_and(total = 0) AS balances, sum(legs) AS legs
        FROM (SELECT journal_id, sum(amount) AS total, count(*) AS legs
              FROM written GROUP BY journal_id, currency) AS each
        GROUP BY journal_id
    ) AS own
    LEFT JOIN journal ON journal.id = own.journal_id;

    IF NOT is_there THEN
        RAISE EXCEPTION 'a posting refers to what is not there: fk_posting_journal_id'
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'fk_posting_journal_id';
    END IF;
    IF wrong IS NULL AND NOT is_plain THEN
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
    IF wrong IS NULL AND NOT is_plain THEN
        SELECT journal.id || ' reverses a part' INTO wrong
        FROM written JOIN journal ON journal.id = written.journal_id
        JOIN posting AS undone ON undone.journal_id = journal.reverses_id
        LEFT JOIN posting AS again ON again.journal_id = journal.id
             AND again.account_id = undone.account_id
        WHERE journal.reverses_id IS NOT NULL AND again.id IS NULL LIMIT 1;
    END IF;
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION 'journal %', wrong USING ERRCODE = 'integrity_constraint_violation';
    END IF;

    UPDATE account SET posted = posted + moved.total, posting_count = posting_count + moved.legs
    FROM (SELECT account_id, sum(amount)::bigint AS total, count(*) AS legs
          FROM written GROUP BY account_id) AS moved
    WHERE account.id = moved.account_id;

    SELECT account.id IS NOT NULL, coalesce(account.code, ''), leg.negative
    INTO is_there, wrong, is_negative
    FROM (
        SELECT account_id, currency, number, balance,
               row_number() OVER onwards AS place, sum(amount) OVER onwards AS running,
               count(*) OVER whole AS legs, sum(amount) OVER whole AS total
        FROM written
        WINDOW whole AS (PARTITION BY account_id), onwards AS (whole ORDER BY number)
    ) AS found
    LEFT JOIN account ON account.id = found.account_id AND account.currency = found.currency
    CROSS JOIN LATERAL (SELECT CASE guard
        WHEN 'no_debit' THEN balance + held_debit > 0
        WHEN 'no_credit' THEN balance - held_credit < 0
        ELSE false END AS negative) AS leg
    WHERE account.id IS NULL OR leg.negative
       OR number <> posting_count - legs + place OR balance <> posted - total + running
    LIMIT 1;
    IF NOT is_there THEN
        RAISE EXCEPTION 'a posting refers to what is not there: fk_posting_account_id_currency'
            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'fk_posting_account_id_currency';
    ELSIF is_negative THEN
        RAISE EXCEPTION '% would be negative in between', wrong
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_account_never_negative';
    ELSIF FOUND THEN
        RAISE EXCEPTION 'the balance after a posting on % is another', wrong
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;

DROP TRIGGER a_checked ON posting;
DROP TRIGGER a_referred ON posting;
DROP TRIGGER b_carried ON posting;
DROP FUNCTION check_references();
DROP FUNCTION carry_postings();
CREATE TRIGGER checked AFTER INSERT ON posting REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION check_postings();
"""  # noqa: S608  (nothing but constants)

POST = f"""
CREATE OR REPLACE FUNCTION post_journals(asked jsonb)
RETURNS TABLE (place integer, outcome text, journal_id uuid, account text)
LANGUAGE plpgsql {BY_INDEX} AS $$
#variable_conflict use_column
DECLARE
    is_plain boolean := NOT jsonb_path_exists(asked, '$[*] ? (@.phase != "posted")');
    codes text[] := ARRAY(
        SELECT DISTINCT leg->>0
        FROM jsonb_array_elements(asked) AS one, jsonb_array_elements(one->'legs') AS leg
    );
BEGIN
    IF (SELECT count(*) FROM account WHERE code = ANY(codes)) < cardinality(codes) THEN
        INSERT INTO account (code, kind, currency, guard)
        SELECT DISTINCT leg->>0, leg->>1, leg->>2, leg->>3
        FROM jsonb_array_elements(asked) AS one, jsonb_array_elements(one->'legs') AS leg
        WHERE NOT EXISTS (SELECT FROM account WHERE code = leg->>0)
        ORDER BY 1
        ON CONFLICT (code) DO NOTHING;
    END IF;

    IF NOT is_plain THEN
        codes := codes || ARRAY(
            SELECT account.code
            FROM jsonb_array_elements(asked) AS one
            JOIN held ON held.journal_id = (one->>'resolves_id')::uuid
            JOIN account ON account.id = held.account_id
        )::text[];
    END IF;
    PERFORM FROM account WHERE code = ANY(codes) ORDER BY id FOR NO KEY UPDATE;

    IF is_plain THEN
        RETURN QUERY SELECT * FROM post_halves(asked, 0);
    ELSE
        FOR i IN 0 .. jsonb_array_length(asked) - 1 LOOP  -- holds count before what follows them
            RETURN QUERY SELECT * FROM post_halves(jsonb_build_array(asked->i), i);
        END LOOP;
    END IF;
END $$;
"""  # noqa: S608  (nothing but constants)


def upgrade() -> None:
    for statement in _statements(CHECK + POST):
        op.execute(statement)


def downgrade() -> None:
    ledger, spending = _earlier("0001_ledger"), _earlier("0010_spending")
    op.execute("DROP TRIGGER checked ON posting")
    for name in ("check_postings()", "post_journals(jsonb)"):
        op.execute(f"DROP FUNCTION {name}")
    again = ("FUNCTION check_postings", "FUNCTION carry_postings", "FUNCTION post_journals")
    triggers = ("TRIGGER a_checked", "TRIGGER b_carried")
    for statement in _statements(ledger.FUNCTIONS + ledger.TRIGGERS + ledger.POST):
        if statement.removeprefix("CREATE ").startswith(again + triggers):
            op.execute(statement)
    for statement in _statements(spending.REFERENCES):
        op.execute(statement)


def _earlier(name: str) -> ModuleType:
    return import_module(f"payments_service.migrations.versions.{name}")


def _statements(script: str) -> list[str]:
    """Return one at a time, to asyncpg."""
    return re.split(r"\n(?=CREATE |DROP )", script.strip())
