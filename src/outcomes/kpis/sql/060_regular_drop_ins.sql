-- code: regular-drop-ins
-- title: Regularly at drop-ins
-- counts: people
-- shows: share
-- numerator: survivors who came to a drop-in in at least half of the calendar months of the
--   period in which they were enrolled (ours)
-- denominator: survivors supported
-- breakdown: none
-- period: drop-ins attended in the period
-- empty: no data when nobody was enrolled in the period
-- source: drop-in attendance
-- needs: pathways, drop_ins
-- audience: anybody

WITH period AS (
    SELECT $1::date AS first_day, $2::date AS day_after,
           $1::date::timestamp AT TIME ZONE 'Europe/London' AS starts_at,
           $2::date::timestamp AT TIME ZONE 'Europe/London' AS ends_at
),
months AS (
    SELECT greatest(g::date, first_day) AS opens_on,
           least((g + interval '1 month')::date, day_after) AS closes_on
    FROM period,
         generate_series(date_trunc('month', first_day), day_after - 1, interval '1 month') AS g
),
enrolled AS (
    SELECT p.survivor_id, count(DISTINCT m.opens_on) AS months
    FROM months AS m
    JOIN pathways AS p ON p.enrolled_at < m.closes_on::timestamp AT TIME ZONE 'Europe/London'
    WHERE (p.ended_at IS NULL
           OR p.ended_at > m.opens_on::timestamp AT TIME ZONE 'Europe/London')
    GROUP BY p.survivor_id
),
attended AS (
    SELECT d.survivor_id, count(DISTINCT date_trunc('month', d.attended_on)) AS months
    FROM period
    JOIN drop_ins AS d ON d.attended_on >= period.first_day
        AND d.attended_on < period.day_after
    WHERE EXISTS (
        SELECT FROM pathways AS own
        WHERE own.provider_id = d.provider_id AND own.survivor_id = d.survivor_id
          AND date_trunc('month', own.enrolled_at AT TIME ZONE 'Europe/London') <= d.attended_on
          AND (own.ended_at IS NULL
               OR own.ended_at AT TIME ZONE 'Europe/London' > date_trunc('month', d.attended_on))
    )
    GROUP BY d.survivor_id
)
SELECT NULL::text AS category,
       CASE WHEN count(*) > 0 THEN count(*) FILTER (
           WHERE attended.months * 2 >= enrolled.months
       ) END AS numerator,
       nullif(count(*), 0) AS denominator, NULL::numeric AS mean
FROM enrolled
LEFT JOIN attended ON attended.survivor_id = enrolled.survivor_id;
