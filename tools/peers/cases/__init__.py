"""The inputs, a module or package for each protocol; importing this one enters them all into the catalogue."""

from . import agi, ari
from .ami import connection, login, requests, wire

__all__ = ["agi", "ari", "connection", "login", "requests", "wire"]
