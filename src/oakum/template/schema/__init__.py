"""The schema of data values: types, defaults and documentation inferred from sample documents (ytt: schema)."""
from oakum.template.schema.computed import refuse_computed, stand_nowhere
from oakum.template.schema.errors import SchemaError
from oakum.template.schema.jsonschema import json_schema
from oakum.template.schema.openapi import openapi
from oakum.template.schema.schema import Schema

__all__ = ["Schema", "SchemaError", "json_schema", "openapi", "refuse_computed", "stand_nowhere"]
