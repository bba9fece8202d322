"""ARI without sockets: operations to requests, and frames and answers to events and models; nothing here waits."""

from .requests import Answer, Caller, Request

__all__ = ["Answer", "Caller", "Request"]
