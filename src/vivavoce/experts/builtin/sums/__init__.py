"""Calculation, units and days."""
