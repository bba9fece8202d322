"""The AGI protocol as bytes and values: nothing here waits or touches the network."""
