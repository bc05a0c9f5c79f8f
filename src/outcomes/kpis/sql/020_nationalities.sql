-- code: nationalities
-- title: Nationalities of survivors supported
-- counts: categories
-- shows: number
-- numerator: different nationalities among the survivors supported whose nationality is
--   recorded
-- denominator: none
-- breakdown: nationality
-- period: as for survivors supported
-- empty: no data when no nationality is recorded for anybody supported
-- source: registrations; stored as a keyed token, not in plain text
-- needs: pathways, survivors
-- audience: anybody

WITH period AS (
    SELECT :first_day::date AS first_day, :day_after::date AS day_after,
           :starts_at::timestamptz AS starts_at, :ends_at::timestamptz AS ends_at
),
supported AS (
    SELECT DISTINCT s.id, s.nationality_token
    FROM period
    JOIN pathways AS p ON p.provider_id = :provider_id AND p.enrolled_at < period.ends_at
    JOIN survivors AS s ON s.provider_id = :provider_id AND s.id = p.survivor_id
    WHERE (p.ended_at IS NULL OR p.ended_at > period.starts_at)
      AND s.nationality_token IS NOT NULL
)
SELECT NULL::text AS category, nullif(count(DISTINCT nationality_token), 0) AS numerator,
       nullif(count(*), 0) AS denominator, NULL::numeric AS mean
FROM supported
UNION ALL
SELECT encode(nationality_token, 'hex'), count(*), NULL, NULL
FROM supported
GROUP BY nationality_token
ORDER BY category NULLS FIRST;
