-- code: no-answer-reasons
-- title: Reasons why calls were not answered
-- counts: events
-- shows: share
-- numerator: calls not answered by the survivor, by reason
-- denominator: all calls not answered by the survivor
-- breakdown: reason
-- period: calls attempted in the period
-- empty: no data when no call went unanswered
-- source: contact attempts logged by support workers
-- needs: contact_attempts
-- audience: anybody

WITH period AS (
    SELECT :first_day::date AS first_day, :day_after::date AS day_after,
           :starts_at::timestamptz AS starts_at, :ends_at::timestamptz AS ends_at
),
missed AS (
    SELECT CASE WHEN a.outcome = 'third_party' THEN 'someone_else_answered' ELSE a.reason END
               AS category
    FROM period
    JOIN contact_attempts AS a ON a.provider_id = :provider_id
        AND a.attempted_at >= period.starts_at
        AND a.attempted_at < period.ends_at
    WHERE a.channel = 'call' AND a.outcome <> 'reached'
)
SELECT NULL::text AS category, nullif(count(*), 0) AS numerator,
       nullif(count(*), 0) AS denominator, NULL::numeric AS mean
FROM missed
UNION ALL
SELECT category, count(*), (SELECT count(*) FROM missed), NULL
FROM missed
GROUP BY category
ORDER BY numerator DESC NULLS LAST, category NULLS FIRST;
