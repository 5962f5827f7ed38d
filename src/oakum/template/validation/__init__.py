"""Validation of data values by rules (ytt: `@schema/validation`, `@assert/validate`)."""
from oakum.template.validation.errors import ValidationError
from oakum.template.validation.run import validate

__all__ = ["ValidationError", "validate"]
