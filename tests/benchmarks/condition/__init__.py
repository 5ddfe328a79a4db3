"""Measures disease tags on the condition bench, and makes the weights they rest on."""
