"""From `-f` to files, and from what they came to, to output: the edges of a template run."""
