"""KPIs: one `.sql` file per KPI, disclosure control, exports.

This room reads every other room's tables and writes none of them.
"""
