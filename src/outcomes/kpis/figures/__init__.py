"""The KPIs: their statements, definitions, periods and disclosure control."""
