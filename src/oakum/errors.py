"""The exception tree.

    OakumError                 a user's mistake or a failed peer: one message, exit status 1
    ├── UsageError             flags and arguments
    ├── YAMLError              text that is not the YAML dialect at hand
    ├── StarlarkError          a template's code: syntax, unknown names, run-time failures
    ├── TemplateError          templates, data values, schema, validation, overlays, libraries
    ├── RegistryError          anything an OCI registry refused or did not answer
    ├── ImageError             finding, building, pinning images
    ├── KubeError              anything an API server refused or did not answer
    ├── DeployError            diff, order, apply, wait, inspect
    └── LabError               the embedded registry and Kubernetes

Each room derives its own, more precise, exceptions from its branch. `str(error)` is the message without the
program's prefix: what was being done, to what, where, what came back, and what to do about it.
"""


class OakumError(Exception):
    """Base of every error that ends a command with one message and exit status 1."""


class UsageError(OakumError):
    """A flag or an argument that the command does not take."""


class YAMLError(OakumError):
    """Text that is not valid in the YAML dialect at hand."""


class StarlarkError(OakumError):
    """Template code that does not compile or fails while it runs."""


class TemplateError(OakumError):
    """A template, data value, schema, validation, overlay or library that is wrong."""


class RegistryError(OakumError):
    """An OCI registry refused, or did not answer."""


class ImageError(OakumError):
    """An image could not be found, built, pushed or pinned."""


class KubeError(OakumError):
    """A Kubernetes API server refused, or did not answer."""


class DeployError(OakumError):
    """An application could not be compared, ordered, applied, awaited or inspected."""


class LabError(OakumError):
    """The embedded registry or Kubernetes cannot do what was asked."""
