-- code: days-to-safety
-- title: Days until safety was ascertained
-- counts: people
-- shows: mean
-- numerator: mean number of days of 24 hours from raising a flag to resolving it
-- denominator: flags resolved so far
-- breakdown: none
-- period: flags raised in the period
-- empty: no data when no flag raised in the period is resolved
-- source: disengagement flags
-- needs: flags
-- audience: anybody

WITH period AS (
    SELECT :first_day::date AS first_day, :day_after::date AS day_after,
           :starts_at::timestamptz AS starts_at, :ends_at::timestamptz AS ends_at
)
SELECT NULL::text AS category, NULL::bigint AS numerator,
       nullif(count(*), 0) AS denominator,
       avg(extract(epoch FROM f.resolved_at - f.raised_at) / 86400) AS mean
FROM period
JOIN flags AS f ON f.provider_id = :provider_id AND f.raised_at >= period.starts_at
    AND f.raised_at < period.ends_at
WHERE f.resolved_at IS NOT NULL;
