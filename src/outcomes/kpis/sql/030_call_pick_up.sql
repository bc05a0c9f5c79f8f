-- code: call-pick-up
-- title: Call pick-up rate
-- counts: events
-- shows: share
-- numerator: calls answered by the survivor; somebody else answering does not count
-- denominator: all attempted calls
-- breakdown: none
-- period: calls attempted in the period
-- empty: no data when no call was attempted
-- source: contact attempts logged by support workers
-- needs: contact_attempts
-- audience: anybody

WITH period AS (
    SELECT :first_day::date AS first_day, :day_after::date AS day_after,
           :starts_at::timestamptz AS starts_at, :ends_at::timestamptz AS ends_at
)
SELECT NULL::text AS category,
       CASE WHEN count(*) > 0 THEN count(*) FILTER (WHERE a.outcome = 'reached') END AS numerator,
       nullif(count(*), 0) AS denominator, NULL::numeric AS mean
FROM period
JOIN contact_attempts AS a ON a.provider_id = :provider_id AND a.attempted_at >= period.starts_at
    AND a.attempted_at < period.ends_at
WHERE a.channel = 'call';
