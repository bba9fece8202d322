"""The fault catalogue's inputs, given to the released versions of other libraries and to ours: `make peers`."""
