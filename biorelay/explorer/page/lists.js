// Lists of answers: how a relation, a way and an entity stand in them.

import { aborted, ask, problemBox } from './api.js';
import { toEntity, toEvidence } from './address.js';
import { count, el, named, put, share, svg, years } from './dom.js';
import { predicateBrief, predicateLabel, sign } from './kinds.js';

/** A number from 0 to 1 as a bar, with the number beside it. */
export function sure(value) {
  const width = Math.round(100 * Math.max(0, Math.min(1, value ?? 0)));
  return el(
    'span',
    { class: 'sure', title: `Confidence ${share(value)}: how likely the graph read this rightly from at least one paper` },
    el('span', { class: 'hidden' }, 'confidence '),
    svg(
      'svg',
      { class: 'bar', viewBox: '0 0 100 14', preserveAspectRatio: 'none', 'aria-hidden': 'true' },
      svg('rect', { width, height: 14 }),
    ),
    share(value),
  );
}

/** "12 papers · 1 denies · 2 suppose". */
export function said(counts) {
  return [
    count(counts.papers, 'paper'),
    counts.negated > 0 && `${counts.negated} ${counts.negated === 1 ? 'denies' : 'deny'} it`,
    counts.speculated > 0 && `${counts.speculated} ${counts.speculated === 1 ? 'supposes' : 'suppose'} it`,
  ]
    .filter(Boolean)
    .join(' · ');
}

export const entityLink = (entity, attributes = {}) =>
  el('a', { href: toEntity(entity.id), ...attributes }, named(entity.name || entity.id));

/** A neighbour: {entity, edge}. */
export function neighbourLine({ entity, edge }) {
  return el(
    'li',
    { data: { key: edge.key } },
    sign(entity.type, { alone: true }),
    entityLink(entity, { class: 'name' }),
    sure(edge.confidence),
    el(
      'span',
      { class: 'how' },
      `${predicateLabel(edge.predicate)} · `,
      el('a', { href: toEvidence(edge), 'aria-label': `Why: ${said(edge.counts)}, ${entity.name}` }, said(edge.counts)),
      edge.first_year && ` · ${years(edge.first_year, edge.last_year)}`,
    ),
  );
}

/** A way as one line: entities, and between them the relations with their evidence. */
export function wayLine(way, { ends = true } = {}) {
  const parts = [];
  way.steps.forEach((step, index) => {
    const first = index === 0;
    if (first && ends) parts.push(el('span', {}, sign(step.source.type), ' ', entityLink(step.source)));
    const why = `${step.source.name} ${predicateLabel(step.edge.predicate)} ${step.target.name}: ${count(step.edge.counts.papers, 'paper')}`;
    parts.push(
      el(
        'a',
        { class: 'step', href: toEvidence(step.edge), title: why, 'aria-label': why },
        `${predicateBrief(step.edge.predicate)} ${step.edge.counts.papers}`,
      ),
    );
    if (index < way.steps.length - 1 || ends) parts.push(el('span', {}, sign(step.target.type), ' ', entityLink(step.target)));
  });
  return el('div', { class: 'way' }, parts);
}

/**
 * Fill `box` with an answer's list, page by page. `line(item)` makes a list item; `got(items, answer)` is told of each page.
 * `empty` is said where there is none; of a problem with the code `silent` nothing is.
 */
export async function listed(box, path, parameters, { line, empty, slot, got = () => {}, silent = null }) {
  put(box, el('p', { class: 'wait', role: 'status' }, 'Asking the graph …'));
  const list = el('ol', { class: 'answers' });
  const notes = el('div');
  const more = el('button', { type: 'button', class: 'more', hidden: true }, 'Show more');
  const page = async (cursor) => {
    const answer = await ask(path, { ...parameters, cursor }, { slot });
    list.append(...answer.items.map(line));
    put(
      notes,
      (answer.notes ?? []).map((note) => el('p', { class: 'note' }, note)),
    );
    more.hidden = !answer.next;
    more.onclick = async () => {
      more.disabled = true;
      const before = list.children.length;
      try {
        await page(answer.next);
        list.children[before]?.querySelector('a')?.focus();
      } catch (error) {
        if (!aborted(error)) more.after(problemBox(error));
      }
      more.disabled = false;
    };
    got(answer.items, answer);
    return answer;
  };
  try {
    const answer = await page(null);
    put(box, answer.items.length ? list : el('p', { class: 'empty' }, empty), more, notes);
    return answer;
  } catch (error) {
    if (aborted(error)) return null;
    put(box, error.code !== silent && problemBox(error, () => listed(box, path, parameters, { line, empty, slot, got, silent })));
    return null;
  }
}
