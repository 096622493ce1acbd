"""From which confidence on a field counts as certain (DESIGN 7), which takes a proof beside the engine's own score."""

CERTAIN = 0.99
