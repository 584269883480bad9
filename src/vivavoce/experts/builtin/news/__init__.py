"""News from feeds: RSS, Atom, RDF."""
