-- code: undeliverable-messages
-- title: Messages that could not be delivered
-- counts: events
-- shows: share
-- numerator: messages that the network or the gateway could not deliver or refused for good
-- denominator: messages given to the gateway, without those whose outcome is not known
-- breakdown: none
-- period: messages due in the period
-- empty: no data when no message was given to the gateway
-- source: messages, and their statuses from the gateway
-- needs: outgoing_messages
-- audience: anybody

WITH period AS (
    SELECT :first_day::date AS first_day, :day_after::date AS day_after,
           :starts_at::timestamptz AS starts_at, :ends_at::timestamptz AS ends_at
)
SELECT NULL::text AS category,
       CASE WHEN count(*) > 0 THEN count(*) FILTER (
           WHERE m.state IN ('undelivered', 'failed')
       ) END AS numerator,
       nullif(count(*), 0) AS denominator, NULL::numeric AS mean
FROM period
JOIN outgoing_messages AS m ON m.provider_id = :provider_id AND m.recipient_kind = 'survivor'
    AND m.due_at >= period.starts_at AND m.due_at < period.ends_at
WHERE m.state IN ('accepted', 'delivered', 'undelivered', 'failed');
