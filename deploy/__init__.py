"""How biorelay is run: images, compose, dashboards, and real services as local processes."""
