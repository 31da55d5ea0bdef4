"""From raw text to entities, identifiers and relations, against any gold file in PubTator or BioC."""
