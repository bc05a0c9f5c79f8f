-- code: started-work
-- title: Started work
-- counts: people
-- shows: share
-- numerator: survivors who started work while they were enrolled, each once however many jobs
--   they started
-- denominator: survivors supported
-- breakdown: none
-- period: jobs started in the period
-- empty: no data when nobody was enrolled in the period
-- source: work, education, training and volunteering as logged
-- needs: pathways, activities
-- audience: anybody

WITH period AS (
    SELECT :first_day::date AS first_day, :day_after::date AS day_after,
           :starts_at::timestamptz AS starts_at, :ends_at::timestamptz AS ends_at
),
supported AS (
    SELECT p.provider_id, p.survivor_id, p.enrolled_at, p.ended_at
    FROM period
    JOIN pathways AS p ON p.provider_id = :provider_id AND p.enrolled_at < period.ends_at
    WHERE (p.ended_at IS NULL OR p.ended_at > period.starts_at)
),
started AS (
    SELECT s.survivor_id
    FROM supported AS s
    CROSS JOIN period
    JOIN activities AS a ON a.provider_id = :provider_id AND a.survivor_id = s.survivor_id
    JOIN unnest(:days::date[], :days_start::timestamptz[], :days_end::timestamptz[])
        AS d (day, starts_at, ends_at)
        ON d.day = a.happened_on
    WHERE a.kind = 'work'
      AND a.change = 'started'
      AND a.happened_on >= period.first_day
      AND a.happened_on < period.day_after
      AND s.enrolled_at < d.ends_at
      AND (s.ended_at IS NULL OR s.ended_at >= d.starts_at)
)
SELECT NULL::text AS category,
       CASE WHEN count(*) > 0 THEN (SELECT count(DISTINCT survivor_id) FROM started) END
           AS numerator,
       nullif(count(DISTINCT survivor_id), 0) AS denominator, NULL::numeric AS mean
FROM supported;
