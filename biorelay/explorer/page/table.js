// The graph's twin: the same relations as a table, for those who read or hear better than they see shapes.

import { count, el, named, put, share, years } from './dom.js';
import { toEntity, toEvidence } from './address.js';
import { predicateName, sign } from './kinds.js';

const AT_ONCE = 200;
const COLUMNS = ['Entity', 'Relation', 'Entity', 'Papers', 'Denying', 'Supposing', 'Confidence', 'Years', 'Evidence'];

/** Fill `box` with the relations of {nodes, edges}, the surest first, some hundred at a time. */
export function table(box, { nodes, edges }) {
  const entities = new Map(nodes.map((node) => [node.id, node]));
  const sorted = [...edges].sort((a, b) => b.confidence - a.confidence || b.counts.papers - a.counts.papers || (a.key < b.key ? -1 : 1));
  const body = el('tbody');
  let shown = 0;
  const more = el('button', { type: 'button', class: 'more', on: { click: () => grow() } });
  const grow = () => {
    body.append(...sorted.slice(shown, shown + AT_ONCE).map((edge) => line(edge, entities)));
    shown = Math.min(sorted.length, shown + AT_ONCE);
    more.hidden = shown === sorted.length;
    more.textContent = `Show more (${(sorted.length - shown).toLocaleString('en')} left)`;
  };
  grow();
  put(
    box,
    el(
      'table',
      {},
      el('caption', {}, `${count(edges.length, 'relation')} on screen, the surest first`),
      el(
        'thead',
        {},
        el(
          'tr',
          {},
          COLUMNS.map((column) => el('th', { scope: 'col' }, column)),
        ),
      ),
      body,
    ),
    more,
  );
}

function line(edge, entities) {
  const end = (id) => {
    const entity = entities.get(id) ?? { id, name: id, type: '' };
    return el('td', {}, sign(entity.type, { alone: true }), ' ', el('a', { href: toEntity(id) }, named(entity.name || id)));
  };
  const open = toEvidence(edge);
  return el(
    'tr',
    {},
    end(edge.subject),
    el('td', {}, predicateName(edge.predicate)),
    end(edge.object),
    [edge.counts.papers, edge.counts.negated, edge.counts.speculated].map((number) => el('td', { class: 'number' }, number)),
    el('td', { class: 'number' }, share(edge.confidence)),
    el('td', { class: 'number' }, years(edge.first_year, edge.last_year)),
    el(
      'td',
      {},
      el(
        'a',
        {
          href: open,
          'aria-label': `Sentences behind ${entities.get(edge.subject)?.name ?? edge.subject} and ${entities.get(edge.object)?.name ?? edge.object}`,
        },
        'sentences',
      ),
    ),
  );
}
