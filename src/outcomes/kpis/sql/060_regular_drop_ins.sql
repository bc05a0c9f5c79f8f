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
    SELECT month, greatest(month, first_day) AS opens_on,
           least((month + interval '1 month')::date, day_after) AS closes_on
    FROM period,
         generate_series(date_trunc('month', first_day), day_after - 1, interval '1 month') AS g,
         LATERAL (SELECT g::date AS month) AS named
),
enrolled AS (
    SELECT DISTINCT p.provider_id, p.survivor_id, m.month, m.opens_on, m.closes_on
    FROM months AS m
    JOIN pathways AS p ON p.enrolled_at < m.closes_on::timestamp AT TIME ZONE 'Europe/London'
    WHERE (p.ended_at IS NULL
           OR p.ended_at > m.opens_on::timestamp AT TIME ZONE 'Europe/London')
),
attendance AS (
    SELECT e.survivor_id, count(*) AS months_enrolled, count(*) FILTER (WHERE EXISTS (
        SELECT FROM drop_ins AS d
        WHERE d.provider_id = e.provider_id AND d.survivor_id = e.survivor_id
          AND d.attended_on >= e.opens_on AND d.attended_on < e.closes_on
    )) AS months_attended
    FROM enrolled AS e
    GROUP BY e.survivor_id
)
SELECT NULL::text AS category,
       CASE WHEN count(*) > 0 THEN count(*) FILTER (
           WHERE months_attended * 2 >= months_enrolled
       ) END AS numerator,
       nullif(count(*), 0) AS denominator, NULL::numeric AS mean
FROM attendance;
