"""Outcomes tracks how survivors of modern slavery are doing.

Every process of the product imports this package first. From here on a time zone is what the pinned
`tzdata` package says: the host's data may be years older, and texts would go out an hour off.
"""

from zoneinfo import ZoneInfo, reset_tzpath

reset_tzpath(())
ZoneInfo.clear_cache()
