"""Kubernetes configuration from template to a running, inspected application."""

__version__ = "0.1.0"
