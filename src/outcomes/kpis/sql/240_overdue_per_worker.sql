-- code: overdue-per-worker
-- title: Overdue contacts of each support worker
-- counts: events
-- shows: number
-- numerator: calls, reviews and follow-ups whose time had passed and that were still open
-- denominator: none
-- breakdown: support worker
-- period: as things stood when the period ended
-- empty: no data when nothing was overdue
-- source: the schedule and caseloads
-- needs: caseload_assignments, planned_contacts
-- audience: internal

WITH period AS (
    SELECT :first_day::date AS first_day, :day_after::date AS day_after,
           :starts_at::timestamptz AS starts_at, :ends_at::timestamptz AS ends_at
)
SELECT assigned.account_id::text AS category, count(*) AS numerator,
       NULL::bigint AS denominator, NULL::numeric AS mean
FROM period
JOIN caseload_assignments AS assigned ON assigned.provider_id = :provider_id
    AND assigned.from_at < period.ends_at
JOIN planned_contacts AS c ON c.provider_id = :provider_id
    AND c.survivor_id = assigned.survivor_id AND c.closes_at < period.ends_at
WHERE (assigned.until_at IS NULL OR assigned.until_at >= period.ends_at)
  AND (c.closed_at IS NULL OR c.closed_at >= period.ends_at)
  AND c.series <> 'prompt'
GROUP BY assigned.account_id
ORDER BY numerator DESC, category;
