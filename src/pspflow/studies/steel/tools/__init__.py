"""Commands for people: measure micrographs, generate chips, infer conditions."""
