-- code: outcome-stable
-- title: Outcomes stable
-- counts: people
-- shows: share
-- numerator: people who were stable when last assessed: overall score at least
--   {stable_overall} and no domain below {stable_domain} (product default; no external source)
-- denominator: people whose outcomes were assessed in the period with an overall score
-- breakdown: none
-- period: each person's last assessment in the period
-- empty: no data when nobody had an overall score
-- source: outcome assessments with the instrument {instrument}
-- needs: outcome_assessments
-- audience: anybody

WITH period AS (
    SELECT :first_day::date AS first_day, :day_after::date AS day_after,
           :starts_at::timestamptz AS starts_at, :ends_at::timestamptz AS ends_at
),
latest AS (
    SELECT DISTINCT ON (o.survivor_id) o.stable
    FROM period
    JOIN outcome_assessments AS o ON o.provider_id = :provider_id
        AND o.assessed_on >= period.first_day
        AND o.assessed_on < period.day_after
    WHERE o.instrument_code = :outcome_instrument
      AND o.stable IS NOT NULL
    ORDER BY o.survivor_id, o.assessed_on DESC, o.recorded_at DESC
)
SELECT NULL::text AS category,
       CASE WHEN count(*) > 0 THEN count(*) FILTER (WHERE stable) END AS numerator,
       nullif(count(*), 0) AS denominator, NULL::numeric AS mean
FROM latest;
