"""The definitions, by theme. `metrics.catalogue` puts them together."""
