"""Ours, a module for each protocol."""
