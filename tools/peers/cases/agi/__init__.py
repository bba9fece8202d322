"""FastAGI's inputs, and those of the core as FastAGI meets them."""
