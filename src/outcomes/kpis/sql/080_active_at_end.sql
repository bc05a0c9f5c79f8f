-- code: active-at-end
-- title: In work, education, training or volunteering at the end
-- counts: people
-- shows: share
-- numerator: survivors in the activity at the end of the period: started and not stopped again;
--   All counts each person once, also with several activities
-- denominator: survivors enrolled at the end of the period
-- breakdown: activity
-- period: at the end of the period
-- empty: no data when nobody was enrolled at the end
-- source: work, education, training and volunteering as logged
-- needs: pathways, activities
-- audience: anybody

WITH period AS (
    SELECT :first_day::date AS first_day, :day_after::date AS day_after,
           :starts_at::timestamptz AS starts_at, :ends_at::timestamptz AS ends_at
),
enrolled AS (
    SELECT DISTINCT p.provider_id, p.survivor_id
    FROM period
    JOIN pathways AS p ON p.provider_id = :provider_id AND p.enrolled_at < period.ends_at
    WHERE (p.ended_at IS NULL OR p.ended_at >= period.ends_at)
),
latest AS (
    SELECT DISTINCT ON (a.survivor_id, a.kind) a.survivor_id, a.kind, a.change
    FROM enrolled AS e
    CROSS JOIN period
    JOIN activities AS a ON a.provider_id = :provider_id AND a.survivor_id = e.survivor_id
    WHERE a.happened_on < period.day_after
    ORDER BY a.survivor_id, a.kind, a.happened_on DESC, a.recorded_at DESC
),
active AS (
    SELECT survivor_id, kind FROM latest WHERE change = 'started'
)
SELECT NULL::text AS category,
       CASE WHEN count(*) > 0 THEN (SELECT count(DISTINCT survivor_id) FROM active) END
           AS numerator,
       nullif(count(*), 0) AS denominator, NULL::numeric AS mean
FROM enrolled
UNION ALL
SELECT kinds.kind, (SELECT count(*) FROM active WHERE active.kind = kinds.kind),
       (SELECT count(*) FROM enrolled), NULL
FROM (VALUES ('work'), ('education'), ('training'), ('volunteering')) AS kinds (kind)
WHERE EXISTS (SELECT FROM enrolled)
ORDER BY category NULLS FIRST;
