"""What a survivor has agreed to."""
