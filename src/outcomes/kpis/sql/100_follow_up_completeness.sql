-- code: follow-up-completeness
-- title: Outcome follow-ups completed
-- counts: people
-- shows: share
-- numerator: people whose outcome follow-up at that point after exit is completed so far
-- denominator: people whose outcome follow-up at that point fell due
-- breakdown: point after exit
-- period: follow-ups that fell due in the period
-- empty: no data for a point at which none fell due
-- source: the schedule
-- needs: planned_contacts
-- audience: anybody

WITH period AS (
    SELECT :first_day::date AS first_day, :day_after::date AS day_after,
           :starts_at::timestamptz AS starts_at, :ends_at::timestamptz AS ends_at
),
due AS (
    SELECT c.stage, c.state = 'done' AS completed
    FROM period
    JOIN planned_contacts AS c ON c.provider_id = :provider_id AND c.due_at >= period.starts_at
        AND c.due_at < period.ends_at
    WHERE c.series = 'follow_up'
      AND (c.closed_at IS NULL OR c.state = 'done' OR c.closed_at >= c.due_at)
)
SELECT points.category,
       CASE WHEN count(due.stage) > 0 THEN count(*) FILTER (WHERE due.completed) END AS numerator,
       nullif(count(due.stage), 0) AS denominator, NULL::numeric AS mean
FROM (VALUES ('exit', 1), ('6_months', 2), ('12_months', 3), ('18_months', 4), ('24_months', 5))
    AS points (category, place)
LEFT JOIN due ON due.stage = points.category
GROUP BY points.category, points.place
ORDER BY points.place;
