"""Experts whose tools are an HTTP API's, as its OpenAPI document describes them."""
