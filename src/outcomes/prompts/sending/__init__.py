"""Sending prompts that are due."""
