"""The inputs, a package for each protocol; importing this one enters them all into the catalogue."""

from .agi import commands, environment, server
from .ami import connection, login, requests, wire
from .ari import events
from .ari import requests as ari_requests

__all__ = ["ari_requests", "commands", "connection", "environment", "events", "login", "requests", "server", "wire"]
