MATCH (a:Article)
RETURN count(CASE WHEN a.state = 'live' THEN 1 END) AS articles, count(CASE WHEN a.state = 'live' AND a.retracted THEN 1 END) AS retracted
