-- code: caseload-per-worker
-- title: Caseload of each support worker
-- counts: people
-- shows: number
-- numerator: survivors in the worker's caseload who were enrolled
-- denominator: none
-- breakdown: support worker
-- period: at the end of the period
-- empty: no data when nobody enrolled had a worker
-- source: caseloads
-- needs: caseload_assignments, pathways
-- audience: internal

WITH period AS (
    SELECT :first_day::date AS first_day, :day_after::date AS day_after,
           :starts_at::timestamptz AS starts_at, :ends_at::timestamptz AS ends_at
)
SELECT assignment.account_id::text AS category, count(DISTINCT assignment.survivor_id) AS numerator,
       NULL::bigint AS denominator, NULL::numeric AS mean
FROM period
JOIN caseload_assignments AS assignment ON assignment.provider_id = :provider_id
    AND assignment.from_at < period.ends_at
JOIN pathways AS p ON p.provider_id = :provider_id AND p.survivor_id = assignment.survivor_id
    AND p.enrolled_at < period.ends_at
WHERE (assignment.until_at IS NULL OR assignment.until_at >= period.ends_at)
  AND (p.ended_at IS NULL OR p.ended_at >= period.ends_at)
GROUP BY assignment.account_id
ORDER BY numerator DESC, category;
