"""Images into a tarball, out of it, and from registry to registry (kbld: "6.2" to "6.4")."""
