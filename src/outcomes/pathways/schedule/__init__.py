"""What is planned for a pathway, and why on that day."""
