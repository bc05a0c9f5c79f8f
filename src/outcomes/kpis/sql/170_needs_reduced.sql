-- code: needs-reduced
-- title: Needs reduced
-- counts: people
-- shows: share
-- numerator: people whose overall level of need was lower at their last complete needs
--   assessment than at their first
-- denominator: people with a complete needs assessment in the period and at least one before,
--   with the same version of the instrument
-- breakdown: none
-- period: each person's last complete assessment in the period, compared with their first ever
-- empty: no data when nobody was assessed twice
-- source: needs assessments
-- needs: needs_assessments
-- audience: anybody

WITH period AS (
    SELECT :first_day::date AS first_day, :day_after::date AS day_after,
           :starts_at::timestamptz AS starts_at, :ends_at::timestamptz AS ends_at
),
complete AS (
    SELECT n.survivor_id, n.assessed_on, n.recorded_at, n.instrument_code, n.instrument_version,
           array_position(ARRAY['independent', 'low', 'medium', 'high', 'urgent_response',
                                'safeguarding_intervention'], n.overall_level) AS rank
    FROM period
    JOIN needs_assessments AS n ON n.provider_id = :provider_id AND n.assessed_on < period.day_after
    WHERE n.overall_level <> 'incomplete'
),
latest AS (
    SELECT DISTINCT ON (c.survivor_id) c.*
    FROM complete AS c, period
    WHERE c.assessed_on >= period.first_day
    ORDER BY c.survivor_id, c.assessed_on DESC, c.recorded_at DESC
),
compared AS (
    SELECT DISTINCT ON (l.survivor_id) b.rank AS first_rank, l.rank AS last_rank
    FROM latest AS l
    JOIN complete AS b ON b.survivor_id = l.survivor_id
        AND b.instrument_code = l.instrument_code
        AND b.instrument_version = l.instrument_version
        AND (b.assessed_on, b.recorded_at) < (l.assessed_on, l.recorded_at)
    ORDER BY l.survivor_id, b.assessed_on, b.recorded_at
)
SELECT NULL::text AS category,
       CASE WHEN count(*) > 0 THEN count(*) FILTER (WHERE last_rank < first_rank) END
           AS numerator,
       nullif(count(*), 0) AS denominator, NULL::numeric AS mean
FROM compared;
