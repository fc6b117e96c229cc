"""Commands that use trained flows: transfer a micrograph to another domain."""
