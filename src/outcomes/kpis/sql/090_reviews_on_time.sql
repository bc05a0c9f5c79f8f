-- code: reviews-on-time
-- title: Pathway reviews on time
-- counts: events
-- shows: share
-- numerator: pathway reviews held on the planned day or within 7 days after it (product default;
--   no external source)
-- denominator: pathway reviews that fell due, without those replaced or cancelled before they were
--   due
-- breakdown: none
-- period: reviews whose seventh day after the planned day lies in the period
-- empty: no data when no review fell due
-- source: the schedule, and pathway reviews linked to it
-- needs: planned_contacts, pathway_reviews
-- audience: anybody

WITH period AS (
    SELECT :first_day::date AS first_day, :day_after::date AS day_after,
           :starts_at::timestamptz AS starts_at, :ends_at::timestamptz AS ends_at
),
due AS (
    SELECT EXISTS (
        SELECT FROM pathway_reviews AS r
        WHERE r.provider_id = :provider_id AND r.planned_contact_id = c.id
          AND r.held_on <= c.held_on + 7
    ) AS on_time
    FROM period
    JOIN planned_contacts AS c ON c.provider_id = :provider_id AND c.held_on >= period.first_day - 7
        AND c.held_on < period.day_after - 7
    WHERE c.series = 'review'
      AND (c.closed_at IS NULL OR c.state = 'done' OR c.closed_at >= c.due_at)
)
SELECT NULL::text AS category,
       CASE WHEN count(*) > 0 THEN count(*) FILTER (WHERE on_time) END AS numerator,
       nullif(count(*), 0) AS denominator, NULL::numeric AS mean
FROM due;
