"""AMI's inputs, and those of the core as AMI meets them."""
