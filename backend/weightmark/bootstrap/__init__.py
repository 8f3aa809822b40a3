"""The one place that joins services to adapters, from the configuration."""
