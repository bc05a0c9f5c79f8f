"""What runs and maintains an installation."""
