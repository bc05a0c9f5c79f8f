-- code: safety-ascertained
-- title: Safety ascertained after a flag
-- counts: people
-- shows: share
-- numerator: flags resolved so far, with a record of how safety was ascertained, by whom
--   and when
-- denominator: disengagement flags raised
-- breakdown: none
-- period: flags raised in the period
-- empty: no data when no flag was raised
-- source: disengagement flags
-- needs: flags
-- audience: anybody

WITH period AS (
    SELECT :first_day::date AS first_day, :day_after::date AS day_after,
           :starts_at::timestamptz AS starts_at, :ends_at::timestamptz AS ends_at
)
SELECT NULL::text AS category,
       CASE WHEN count(*) > 0 THEN count(f.resolved_at) END AS numerator,
       nullif(count(*), 0) AS denominator, NULL::numeric AS mean
FROM period
JOIN flags AS f ON f.provider_id = :provider_id AND f.raised_at >= period.starts_at
    AND f.raised_at < period.ends_at;
