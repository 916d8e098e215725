"""What a worker says to the queue. A job handed out is known by (worker, fence): see docs/jobs.md.

`updated` is the fence: set when a job is handed out, and by nothing else while it is out. Whoever
settles a job must name the fence he was given, so a worker that was thought dead changes nothing.
"""

ROOM = """
    room AS (
        SELECT * FROM unnest($1::text[], $2::int[]) AS room (entrypoint, free)
    ), next AS (
        SELECT job.id FROM room CROSS JOIN LATERAL (
            SELECT id, priority FROM pgqueuer
            WHERE entrypoint = room.entrypoint AND status = 'queued' AND execute_after <= now()
            ORDER BY priority DESC, id LIMIT room.free FOR UPDATE SKIP LOCKED
        ) AS job ORDER BY job.priority DESC, job.id LIMIT $3
    )
"""
HAND_OUT = """
    UPDATE pgqueuer SET status = 'picked', updated = now(), heartbeat = now(), queue_manager_id = $4
    WHERE id = ANY(ARRAY(SELECT id FROM next))
    RETURNING id, entrypoint, payload, headers, attempts, priority, created, updated
"""

CLAIM = "WITH" + ROOM + HAND_OUT
FINISH = """
    DELETE FROM pgqueuer AS job
    USING unnest($1::bigint[], $2::timestamptz[]) AS mine (id, fence)
    WHERE job.id = mine.id AND job.updated = mine.fence AND job.queue_manager_id = $3
"""
FINISH_MANY = FINISH + " RETURNING job.id"
AGAIN_MANY = """
    UPDATE pgqueuer AS job
    SET status = 'queued', queue_manager_id = NULL, updated = now(),
        attempts = CASE WHEN mine.is_failure THEN attempts + 1 ELSE 0 END,
        execute_after = now() + make_interval(secs => mine.seconds), headers = headers - 'crashes'
    FROM unnest($1::bigint[], $2::timestamptz[], $4::float8[], $5::boolean[])
        AS mine (id, fence, seconds, is_failure)
    WHERE job.id = mine.id AND job.updated = mine.fence AND job.queue_manager_id = $3
    RETURNING job.id
"""
# One round trip and one commit for a batch: what is done goes, what comes next is taken.
AND_FINISH = """, done AS (
        DELETE FROM pgqueuer AS job
        USING unnest($5::bigint[], $6::timestamptz[]) AS mine (id, fence)
        WHERE job.id = mine.id AND job.updated = mine.fence AND job.queue_manager_id = $4
    )
"""
FINISH_AND_CLAIM = "WITH" + ROOM + AND_FINISH + HAND_OUT
BEAT = """
    UPDATE pgqueuer AS job SET heartbeat = now()
    FROM unnest($1::bigint[], $2::timestamptz[]) AS mine (id, fence)
    WHERE job.id = mine.id AND job.updated = mine.fence AND job.queue_manager_id = $3
    RETURNING job.id, mine.fence
"""

# `note` is kept beside the job: why it failed last.
AGAIN = """
    UPDATE pgqueuer
    SET status = 'queued', queue_manager_id = NULL, updated = now(), attempts = $5,
        execute_after = now() + make_interval(secs => $4),
        headers = coalesce(headers, '{}') || $6::jsonb
    WHERE id = $1 AND updated = $2 AND queue_manager_id = $3
    RETURNING id
"""
HOLD = """
    UPDATE pgqueuer
    SET status = 'failed', queue_manager_id = NULL, updated = now(), attempts = $4,
        headers = coalesce(headers, '{}') || $5::jsonb
    WHERE id = $1 AND updated = $2 AND queue_manager_id = $3
    RETURNING id
"""
FINISH_ONE = """
    DELETE FROM pgqueuer WHERE id = $1 AND updated = $2 AND queue_manager_id = $3 RETURNING id
"""
WAKE = "SELECT pg_notify('ch_pgqueuer', '')"

# Everything time brings, in one statement: jobs of workers that fell silent go back, schedules
# that are due become jobs (one worker wins the row), and when to look again.
TICK = """
    WITH silent AS (
        SELECT id FROM pgqueuer
        WHERE status = 'picked' AND heartbeat <= now() - make_interval(secs => $1)
        FOR UPDATE SKIP LOCKED
    ), freed AS (
        UPDATE pgqueuer
        SET status = 'queued', queue_manager_id = NULL, updated = now(),
            headers = coalesce(headers, '{}') || jsonb_build_object(
                'crashes', coalesce((headers ->> 'crashes')::int, 0) + 1)
        WHERE id = ANY(ARRAY(SELECT id FROM silent)) RETURNING id
    ), told AS (
        SELECT pg_notify('ch_pgqueuer', '') FROM (SELECT 1 FROM freed LIMIT 1) AS any_freed
    ), period AS (
        SELECT * FROM unnest($3::text[], $4::float8[]) AS period (entrypoint, seconds)
    ), due AS (
        UPDATE pgqueuer_schedules AS schedule
        SET last_run = now(), updated = now(), next_run = next_run + make_interval(secs => seconds *
            (floor(extract(epoch FROM now() - next_run) / seconds) + 1))
        FROM period
        WHERE schedule.entrypoint = period.entrypoint AND next_run <= now()
        RETURNING schedule.entrypoint, schedule.next_run
    ), fired AS (
        INSERT INTO pgqueuer (priority, status, entrypoint, dedupe_key)
        SELECT 0, 'queued', entrypoint, 'every:' || entrypoint FROM due
        ON CONFLICT (dedupe_key) WHERE status IN ('queued', 'picked') AND dedupe_key IS NOT NULL
        DO NOTHING RETURNING id
    )
    SELECT (SELECT count(*) FROM freed) AS freed, (SELECT count(*) FROM told) AS told,
        (SELECT count(*) FROM fired) AS fired,
        EXISTS (SELECT FROM unnest($5::text[]) AS task CROSS JOIN LATERAL (
            SELECT FROM pgqueuer
            WHERE status = 'queued' AND entrypoint = task AND execute_after <= now() LIMIT 1
        ) AS one) AS is_due,
        extract(epoch FROM least(
            (SELECT min(one.execute_after) FROM unnest($2::text[]) AS task CROSS JOIN LATERAL (
                SELECT execute_after FROM pgqueuer
                WHERE status = 'queued' AND entrypoint = task
                    AND execute_after > now() - interval '1 second'  -- perhaps due since the claim
                ORDER BY execute_after LIMIT 1) AS one),
            (SELECT min(heartbeat) FROM pgqueuer
             WHERE status = 'picked' AND heartbeat > now() - make_interval(secs => $1))
                + make_interval(secs => $1),
            (SELECT min(next_run) FROM pgqueuer_schedules
             WHERE entrypoint = ANY($3) AND next_run > now()),
            (SELECT min(next_run) FROM due)
        ) - now())::float8 AS next_seconds
"""
SCHEDULE = """
    WITH period AS (
        SELECT entrypoint, seconds, 'every ' || seconds AS expression
        FROM unnest($1::text[], $2::float8[]) AS period (entrypoint, seconds)
    ), changed AS (
        DELETE FROM pgqueuer_schedules AS old USING period
        WHERE old.entrypoint = period.entrypoint AND old.expression <> period.expression
    )
    INSERT INTO pgqueuer_schedules (expression, entrypoint, next_run)
    SELECT expression, entrypoint, now() + make_interval(secs => seconds) FROM period
    ON CONFLICT (expression, entrypoint) DO NOTHING
"""
