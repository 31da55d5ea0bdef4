// The entries of retraction lists are records of their own, and no articles.
MATCH (a:Article)
WHERE a.state = 'live'
RETURN count(CASE WHEN NOT a.id STARTS WITH 'retraction:' THEN 1 END) AS articles,
  count(CASE WHEN a.retracted THEN 1 END) AS retracted,
  count(CASE WHEN a.id STARTS WITH 'retraction:' THEN 1 END) AS listed
