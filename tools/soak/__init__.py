"""A long run against a real Asterisk, which must leave descriptors, tasks and memory as they were: `make soak`."""
