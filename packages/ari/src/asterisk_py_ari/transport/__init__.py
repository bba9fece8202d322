"""What carries requests to Asterisk and events from it: HTTP, and the WebSocket of events."""
