"""Experts whose tools a server has, by the Model Context Protocol."""
