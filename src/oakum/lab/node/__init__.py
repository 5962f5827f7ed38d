"""A node that really runs pods: it pulls and unpacks images, starts isolated processes, and reports as a kubelet does.

`node.Node` follows the pods bound to it in a `store.Store`; `streams.NodeStreams` is how the API server reaches
logs, exec, attach and port-forward.
"""
