"""What a person must do: kinds and deadlines, owners, who is on call, and alerts to colleagues."""
