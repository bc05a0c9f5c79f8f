"""Messages to survivors, and their replies."""
