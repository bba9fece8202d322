"""ARI's inputs, and those of the core as ARI meets them."""
