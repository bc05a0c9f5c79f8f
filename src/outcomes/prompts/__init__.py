"""Messages to survivors, and what comes back."""
