-- code: outcome-measurable
-- title: Outcome domains: measurable improvement
-- counts: people
-- shows: share
-- numerator: people whose score rose by {measurable_change} or more (threshold from the Cast
--   study, 2024; not validated for this instrument)
-- denominator: people scored in that outcome domain in the period and at least once before,
--   with the same version of the instrument
-- breakdown: outcome domain
-- period: each person's last scored assessment in the period, compared with their first ever
-- empty: no data for a domain in which nobody was scored twice
-- source: outcome assessments with the instrument {instrument}; scores run from {lowest},
--   most vulnerable, to {highest}
-- needs: outcome_assessments, domain_scores
-- audience: anybody

WITH period AS (
    SELECT :first_day::date AS first_day, :day_after::date AS day_after,
           :starts_at::timestamptz AS starts_at, :ends_at::timestamptz AS ends_at
),
scored AS (
    SELECT o.survivor_id, o.instrument_version, o.assessed_on, o.recorded_at,
           d.outcome_domain, d.score
    FROM period
    JOIN outcome_assessments AS o ON o.provider_id = :provider_id
        AND o.assessed_on < period.day_after
    JOIN domain_scores AS d ON d.provider_id = :provider_id AND d.outcome_assessment_id = o.id
    WHERE o.instrument_code = :outcome_instrument
      AND d.score IS NOT NULL
),
latest_scores AS (
    SELECT DISTINCT ON (s.survivor_id, s.outcome_domain) s.*
    FROM scored AS s, period
    WHERE s.assessed_on >= period.first_day
    ORDER BY s.survivor_id, s.outcome_domain, s.assessed_on DESC, s.recorded_at DESC
),
compared_scores AS (
    SELECT DISTINCT ON (l.survivor_id, l.outcome_domain)
           l.outcome_domain, b.score AS baseline, l.score AS latest
    FROM latest_scores AS l
    JOIN scored AS b ON b.survivor_id = l.survivor_id AND b.outcome_domain = l.outcome_domain
        AND b.instrument_version = l.instrument_version
        AND (b.assessed_on, b.recorded_at) < (l.assessed_on, l.recorded_at)
    ORDER BY l.survivor_id, l.outcome_domain, b.assessed_on, b.recorded_at
)
SELECT domains.code AS category,
       CASE WHEN count(c.outcome_domain) > 0 THEN
           count(*) FILTER (WHERE c.latest - c.baseline >= :measurable_change::numeric) END AS numerator,
       nullif(count(c.outcome_domain), 0) AS denominator, NULL::numeric AS mean
FROM unnest(:outcome_domains::text[]) WITH ORDINALITY AS domains (code, place)
LEFT JOIN compared_scores AS c ON c.outcome_domain = domains.code
GROUP BY domains.code, domains.place
ORDER BY domains.place;
