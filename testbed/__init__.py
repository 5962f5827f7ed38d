"""A real Docker engine, real registries and a real Kubernetes on this machine, for the tests. Needs root."""
