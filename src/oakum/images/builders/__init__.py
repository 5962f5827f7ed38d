"""Ways to build an image from a folder, one a file, behind one protocol (`protocol.Builder`)."""
