-- code: opt-outs
-- title: Opted out of messages
-- counts: people
-- shows: number
-- numerator: people, or numbers without a matched person, who asked for no more messages, each
--   once
-- denominator: none
-- breakdown: none
-- period: opted out in the period
-- empty: no data when nobody was enrolled and nobody opted out
-- source: the opt-out list
-- needs: pathways, opt_outs
-- audience: anybody

WITH period AS (
    SELECT :first_day::date AS first_day, :day_after::date AS day_after,
           :starts_at::timestamptz AS starts_at, :ends_at::timestamptz AS ends_at
),
supported AS (
    SELECT DISTINCT p.survivor_id
    FROM period
    JOIN pathways AS p ON p.provider_id = :provider_id AND p.enrolled_at < period.ends_at
    WHERE (p.ended_at IS NULL OR p.ended_at > period.starts_at)
),
opted_out AS (
    SELECT DISTINCT coalesce(o.survivor_id::text, encode(o.phone_bidx, 'hex')) AS subject
    FROM period
    JOIN opt_outs AS o ON o.provider_id = :provider_id AND o.opted_out_at >= period.starts_at
        AND o.opted_out_at < period.ends_at
    WHERE o.source <> 'duress'
)
SELECT NULL::text AS category,
       CASE WHEN EXISTS (SELECT FROM supported) OR count(*) > 0 THEN count(*) END AS numerator,
       NULL::bigint AS denominator, NULL::numeric AS mean
FROM opted_out;
