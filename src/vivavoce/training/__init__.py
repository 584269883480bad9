"""Recipes that train the small networks of ears and floor. Needs the extra `train`."""
