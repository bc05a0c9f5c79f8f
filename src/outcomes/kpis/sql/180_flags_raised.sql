-- code: flags-raised
-- title: Disengagement flags raised
-- counts: people
-- shows: number
-- numerator: disengagement flags raised; shown under the rule for people, because each is
--   about one person
-- denominator: none
-- breakdown: none
-- period: flags raised in the period
-- empty: no data when nobody was enrolled and no flag was raised
-- source: disengagement flags
-- needs: pathways, flags
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
),
raised AS (
    SELECT f.id
    FROM period
    JOIN flags AS f ON f.provider_id = :provider_id AND f.raised_at >= period.starts_at
        AND f.raised_at < period.ends_at
)
SELECT NULL::text AS category,
       CASE WHEN EXISTS (SELECT FROM supported) OR count(*) > 0 THEN count(*) END AS numerator,
       NULL::bigint AS denominator, NULL::numeric AS mean
FROM raised;
