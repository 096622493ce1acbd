"""A month of a whole town on the real parts, with a clock that jumps from one thing that happens to the next."""
