"""Generates the typed surface of the AMI package from the documentation that Asterisk ships."""
