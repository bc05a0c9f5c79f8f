"""The screens Today, Person, Inbox and Team. Composes the other rooms and owns no rules."""
