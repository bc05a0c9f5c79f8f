-- code: survivors-supported
-- title: Survivors supported
-- counts: people
-- shows: number
-- numerator: people enrolled on a pathway at any time in the period, each once however often
--   they enrolled
-- denominator: none
-- breakdown: none
-- period: enrolled before the period ended and not left before it began
-- empty: no data when nobody was enrolled in the period
-- source: enrolments on pathways
-- needs: pathways
-- audience: anybody

WITH period AS (
    SELECT :first_day::date AS first_day, :day_after::date AS day_after,
           :starts_at::timestamptz AS starts_at, :ends_at::timestamptz AS ends_at
),
supported AS (
    SELECT DISTINCT p.survivor_id
    FROM period
    JOIN pathways AS p ON p.provider_id = :provider_id AND p.enrolled_at < period.ends_at
    WHERE (p.ended_at IS NULL OR p.ended_at > period.starts_at)
)
SELECT NULL::text AS category, nullif(count(*), 0) AS numerator,
       NULL::bigint AS denominator, NULL::numeric AS mean
FROM supported;
