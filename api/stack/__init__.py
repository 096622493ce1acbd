"""The whole product on one machine: real servers from packages, started, watched and stopped together."""
