"""Custom resources: structural schemas, and the resources that CustomResourceDefinitions bring."""

from oakum.lab.api.custom.version import CustomVersion

__all__ = ["CustomVersion"]
