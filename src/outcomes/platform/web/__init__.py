"""Everything about HTTP and pages that no room should have to think about twice."""
