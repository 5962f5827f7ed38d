"""HTTP/1.1 for the clients of registries and of Kubernetes: pools of kept-alive connections on the standard library.

No redirects, retries or cookies: the rooms above have rules of their own for those. A failed exchange raises one of
`FAILURES`. Heavier clients take longer to import than a whole small run of `kbld` or `kapp` takes with this one.
"""
