// Names of entities that the page has met, so that an address with CURIEs can be shown with names.

import { ask } from './api.js';

const known = new Map();

/** Keep what an answer says of its entities. */
export function remember(entities) {
  for (const entity of entities) if (entity?.id && entity.name) known.set(entity.id, entity);
}

/** The entity as it was met last; a bare one where it was not. */
export const met = (id) => known.get(id) ?? { id, name: id, type: '', degree: 0 };

/** The entity, asked for where it was not met; a bare one where the graph does not hold it. Raises nothing. */
export async function entityOf(id) {
  if (!known.has(id)) {
    try {
      remember((await ask('search', { q: id, limit: 5 })).items.filter((entity) => entity.id === id));
    } catch {
      // Its CURIE says enough.
    }
  }
  return met(id);
}

/** {nodes, edges} of ways: [{steps: [{source, target, edge}]}]. */
export function graphOf(ways) {
  const nodes = new Map();
  const edges = new Map();
  for (const { source, target, edge } of ways.flatMap((way) => way.steps)) {
    nodes.set(source.id, source).set(target.id, target);
    edges.set(edge.key, edge);
  }
  return { nodes: [...nodes.values()], edges: [...edges.values()] };
}
