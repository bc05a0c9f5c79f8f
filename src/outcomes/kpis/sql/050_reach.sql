-- code: reach
-- title: Reach rate of planned calls
-- counts: events
-- shows: share
-- numerator: planned calls for which the survivor was reached at any attempt
-- denominator: planned calls that fell due, without those replaced or cancelled before they were
--   due
-- breakdown: none
-- period: calls that fell due in the period
-- empty: no data when no call fell due
-- source: the schedule, and contact attempts linked to it
-- needs: planned_contacts, contact_attempts
-- audience: anybody

WITH period AS (
    SELECT :first_day::date AS first_day, :day_after::date AS day_after,
           :starts_at::timestamptz AS starts_at, :ends_at::timestamptz AS ends_at
),
due AS (
    SELECT c.id, EXISTS (
        SELECT FROM contact_attempts AS a
        WHERE a.provider_id = :provider_id AND a.planned_contact_id = c.id
          AND a.outcome = 'reached'
    ) AS reached
    FROM period
    JOIN planned_contacts AS c ON c.provider_id = :provider_id AND c.due_at >= period.starts_at
        AND c.due_at < period.ends_at
    WHERE c.series = 'call'
      AND (c.closed_at IS NULL OR c.state = 'done' OR c.closed_at >= c.due_at)
)
SELECT NULL::text AS category,
       CASE WHEN count(*) > 0 THEN count(*) FILTER (WHERE reached) END AS numerator,
       nullif(count(*), 0) AS denominator, NULL::numeric AS mean
FROM due;
