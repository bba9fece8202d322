"""The inputs, a module for each protocol."""
