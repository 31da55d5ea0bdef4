MERGE (l:Layout {id: 'graph'})
SET l.version = $version
