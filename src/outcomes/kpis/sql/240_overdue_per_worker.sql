-- code: overdue-per-worker
-- title: Overdue contacts of each support worker
-- counts: events
-- shows: number
-- numerator: calls, reviews and follow-ups whose time had passed and that were still open
-- denominator: none
-- breakdown: support worker
-- period: at the end of the period
-- empty: no data when nothing was overdue
-- source: the schedule and caseloads
-- needs: caseload_assignments, planned_contacts
-- audience: internal

WITH period AS (
    SELECT :first_day::date AS first_day, :day_after::date AS day_after,
           :starts_at::timestamptz AS starts_at, :ends_at::timestamptz AS ends_at
)
SELECT assignment.account_id::text AS category, count(*) AS numerator,
       NULL::bigint AS denominator, NULL::numeric AS mean
FROM period
JOIN caseload_assignments AS assignment ON assignment.provider_id = :provider_id
    AND assignment.from_at < period.ends_at
JOIN planned_contacts AS c ON c.provider_id = :provider_id
    AND c.survivor_id = assignment.survivor_id AND c.closes_at < period.ends_at
WHERE (assignment.until_at IS NULL OR assignment.until_at >= period.ends_at)
  AND (c.closed_at IS NULL OR c.closed_at >= period.ends_at)
  AND c.series <> 'prompt'
GROUP BY assignment.account_id
ORDER BY numerator DESC, category;
