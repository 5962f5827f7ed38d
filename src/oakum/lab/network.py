"""The lab's addresses. All lie in 127.0.0.0/8: every host routes them to itself, with no interface to set up.

A Service's cluster IP and port answer on the host; inside a pod the same addresses lead out to the lab.
"""

from ipaddress import IPv4Network

SERVICE_RANGE = IPv4Network("127.96.0.0/16")
"""Cluster IPs of Services. The API server allots them at random, but for the two below."""

API_SERVICE_IP = "127.96.0.1"
"""The cluster IP of the Service `default/kubernetes`."""

DNS_SERVICE_IP = "127.96.0.10"
"""Where pods ask for names."""

POD_RANGE = IPv4Network("127.97.0.0/16")
"""Pod IPs, allotted by the node."""

NODE_IP = "127.0.0.1"
NODE_NAME = "oakum"
CLUSTER_DOMAIN = "cluster.local"
