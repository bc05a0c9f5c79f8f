"""What every room uses. Imports no room."""
