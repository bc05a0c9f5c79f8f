-- code: regular-drop-ins
-- title: Regularly at drop-ins
-- counts: people
-- shows: share
-- numerator: survivors who came to a drop-in in at least half of the calendar months of the
--   period in which they were enrolled (product default; no external source)
-- denominator: survivors supported
-- breakdown: none
-- period: drop-ins attended in the period
-- empty: no data when nobody was enrolled in the period
-- source: drop-in attendance
-- needs: pathways, drop_ins
-- audience: anybody

WITH period AS (
    SELECT :first_day::date AS first_day, :day_after::date AS day_after,
           :starts_at::timestamptz AS starts_at, :ends_at::timestamptz AS ends_at
),
months AS (
    SELECT date_trunc('month', d.day)::date AS month, min(d.starts_at) AS starts_at,
           max(d.ends_at) AS ends_at
    FROM unnest(:days::date[], :days_start::timestamptz[], :days_end::timestamptz[])
        AS d (day, starts_at, ends_at)
    GROUP BY date_trunc('month', d.day)
),
enrolled AS (
    SELECT p.survivor_id, count(DISTINCT m.month) AS months
    FROM months AS m
    CROSS JOIN period
    JOIN pathways AS p ON p.provider_id = :provider_id
        AND p.enrolled_at < least(m.ends_at, period.ends_at)
    WHERE m.starts_at < period.ends_at AND m.ends_at > period.starts_at
      AND (p.ended_at IS NULL OR p.ended_at > greatest(m.starts_at, period.starts_at))
    GROUP BY p.survivor_id
),
attended AS (
    SELECT d.survivor_id, count(DISTINCT m.month) AS months
    FROM period
    JOIN drop_ins AS d ON d.provider_id = :provider_id AND d.attended_on >= period.first_day
        AND d.attended_on < period.day_after
    JOIN months AS m ON m.month = date_trunc('month', d.attended_on)
    WHERE EXISTS (
        SELECT FROM pathways AS own
        WHERE own.provider_id = :provider_id AND own.survivor_id = d.survivor_id
          AND own.enrolled_at < m.ends_at
          AND (own.ended_at IS NULL OR own.ended_at > m.starts_at)
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
