"""The runtime of containers in a Docker engine on this machine."""
