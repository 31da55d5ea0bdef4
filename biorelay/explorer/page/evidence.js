// The drawer: why an edge is in the graph, sentence by sentence and as a sum; and what the abstracts say of a discovered pair.

import { aborted, ask, problemBox } from './api.js';
import { edgeOf, go, pairOf, toEntity, toEvidence } from './address.js';
import { byId, count, el, named, put, say, share, years } from './dom.js';
import { met, remember } from './entities.js';
import { badge, pageOf, predicateLabel, predicateName, sign } from './kinds.js';
import { said } from './lists.js';
import { marked } from './marking.js';

const AT_ONCE = 30;
const ORDER = ['', 'positive', 'negated', 'speculated'];
const ORDERED = { '': 'all', positive: 'stating', negated: 'denying', speculated: 'supposing' };

let opener = null; // what had the focus before the drawer opened

/** Show what the address names: an edge, a pair to verify, or nothing. */
export async function showDrawer(state) {
  const drawer = byId('drawer');
  const [edge, pair] = [edgeOf(state), pairOf(state)];
  cover(Boolean(edge || pair));
  const about = state.edge && edge ? `edge ${state.edge} ${state.as_of ?? ''}` : pair ? `pair ${state.verify}` : '';
  if (drawer.dataset.about === about) return;
  drawer.dataset.about = about;
  if (!about) {
    const inside = drawer.contains(document.activeElement);
    drawer.hidden = true;
    put(drawer);
    if (inside && opener?.isConnected) opener.focus();
    return;
  }
  if (drawer.hidden) opener = document.activeElement;
  drawer.hidden = false;
  drawer.scrollTop = 0;
  await (edge ? evidence(drawer, edge, state.as_of) : verified(drawer, pair));
}

const narrow = matchMedia('(max-width: 760px)'); // there the drawer covers all else, as in the styles
narrow.addEventListener('change', () => cover(!byId('drawer').hidden));

/** What the open drawer covers cannot be reached by Tab. */
function cover(open) {
  for (const other of document.querySelectorAll('header, #panel, #stage')) other.inert = open && narrow.matches;
}

const close = () => go({ edge: null, verify: null });

function head(...statement) {
  return el(
    'div',
    { class: 'drawer-head' },
    el('h2', { class: 'statement', tabindex: '-1' }, statement),
    el('button', { type: 'button', 'aria-label': 'Close the evidence', on: { click: close } }, '✕'),
  );
}

const end = (entity) => el('span', {}, sign(entity.type), ' ', el('a', { href: toEntity(entity.id) }, named(entity.name || entity.id)));
const fact = (name, value) => el('div', {}, el('dt', {}, name), el('dd', {}, value));

async function evidence(drawer, edge, asOf) {
  const ends = { subject: edge.subject, object: edge.object };
  const title = (subject, object) =>
    head(end(subject), ' ', el('span', { class: 'verb' }, predicateLabel(edge.predicate)), ' ', end(object));
  put(drawer, title(met(edge.subject), met(edge.object)), el('p', { class: 'wait' }, 'Asking the graph …'));
  drawer.querySelector('.statement').focus({ preventScroll: true });
  try {
    const [joint, sums] = await Promise.all([
      ask('edges', { ...ends, min_papers: 0, as_of: asOf }, { slot: 'edge' }),
      ask('edges/confidence', { ...ends, predicate: edge.predicate }, { slot: 'sum' }),
    ]);
    remember([joint.subject, joint.object]);
    const [subject, object] = joint.subject.id === edge.subject ? [joint.subject, joint.object] : [joint.object, joint.subject];
    const sum = sums.items[0];
    const then = joint.edges.find((one) => one.predicate === edge.predicate);
    const here = then ?? (asOf ? null : sum?.edge);
    const others = joint.edges.filter((one) => one.predicate !== edge.predicate);
    const sentences = el('div');
    const choose = el(
      'select',
      { 'aria-label': 'Sentences to show', on: { change: ({ target }) => list(target.value) } },
      ORDER.map((polarity) => el('option', { value: polarity }, ORDERED[polarity])),
    );
    const list = (polarity) => sentencesOf(sentences, { ...ends, predicate: edge.predicate, polarity, limit: AT_ONCE }, edge, asOf);
    put(
      drawer,
      title(subject, object),
      here
        ? facts(here)
        : el('p', { class: 'note' }, asOf ? `No paper stated this by the end of ${asOf}.` : 'The graph holds no such relation.'),
      sum && sumOf(sum, asOf),
      others.length > 0 &&
        el(
          'p',
          { class: 'chips' },
          el('small', {}, 'Papers also say: '),
          others.map((one) =>
            el('a', { class: 'chip', href: toEvidence(one) }, predicateName(one.predicate), ' ', el('b', {}, one.counts.papers)),
          ),
        ),
      el('div', { class: 'heading' }, el('h2', {}, 'Sentences'), choose),
      sentences,
    );
    drawer.querySelector('.statement').focus({ preventScroll: true });
    if (here)
      say(`${subject.name} ${predicateLabel(edge.predicate)} ${object.name}: ${said(here.counts)}, confidence ${share(here.confidence)}`);
    await list('');
  } catch (error) {
    if (!aborted(error))
      put(
        drawer,
        title(met(edge.subject), met(edge.object)),
        problemBox(error, () => evidence(drawer, edge, asOf)),
      );
  }
}

const facts = (edge) =>
  el(
    'dl',
    { class: 'facts' },
    fact('confidence', share(edge.confidence)),
    fact(edge.counts.papers === 1 ? 'paper states it' : 'papers state it', edge.counts.papers),
    edge.counts.negated > 0 && fact(edge.counts.negated === 1 ? 'denies it' : 'deny it', edge.counts.negated),
    edge.counts.speculated > 0 && fact(edge.counts.speculated === 1 ? 'supposes it' : 'suppose it', edge.counts.speculated),
    edge.first_year && fact('years', years(edge.first_year, edge.last_year)),
  );

/** The sum that the confidence is, to be redone by hand: docs/confidence.md. */
function sumOf({ edge, papers, others, weight, noisy_or: noisyOr, counted }, asOf) {
  const cell = (value) => el('td', { class: 'number' }, value);
  const part = (value) => (value / 1e6).toFixed(3);
  return el(
    'details',
    { class: 'sum' },
    el('summary', {}, `How ${share(edge.confidence)} comes about`),
    el(
      'div',
      {},
      asOf && el('p', { class: 'note' }, 'Of all papers, those of later years too.'),
      el(
        'table',
        {},
        el(
          'thead',
          {},
          el(
            'tr',
            {},
            el('th', { scope: 'col' }, 'Paper'),
            el('th', { scope: 'col' }, 'its surest sentence, p'),
            el('th', { scope: 'col' }, 'share, −ln(1 − p)'),
          ),
        ),
        el(
          'tbody',
          {},
          papers.map((paper) =>
            el(
              'tr',
              {},
              el('td', { title: paper.title }, documentLink(paper.document), paper.year ? ` (${paper.year})` : ''),
              cell(paper.probability.toFixed(3)),
              cell(part(paper.share)),
            ),
          ),
          others > 0 && el('tr', {}, el('td', {}, 'others'), cell(''), cell(part(others))),
          el('tr', {}, el('th', { scope: 'row' }, 'sum'), cell(''), cell(part(weight))),
        ),
      ),
      el('p', { class: 'note' }, `At least one of them is right: 1 − exp(−${part(weight)}) = ${noisyOr.toFixed(3)}.`),
      el(
        'p',
        { class: 'note' },
        `Names and identifiers err too, so a share counts ${counted}: 1 − exp(−${counted} × ${part(weight)}) = ${edge.confidence.toFixed(3)}. Papers that deny or only suppose it change nothing here.`,
      ),
    ),
  );
}

function documentLink(document) {
  const page = pageOf(document);
  return page
    ? el(
        'a',
        { href: page, target: '_blank', rel: 'noopener noreferrer' },
        document,
        el('span', { class: 'hidden' }, ' (outside, in a new tab)'),
      )
    : named(document);
}

async function sentencesOf(box, asked, edge, asOf) {
  put(box, el('p', { class: 'wait' }, 'Fetching the sentences …'));
  const list = el('div');
  const more = el('button', { type: 'button', class: 'more', hidden: true }, 'More sentences');
  const page = async (cursor) => {
    const answer = await ask('edges/evidence', { ...asked, cursor }, { slot: 'evidence' });
    list.append(...answer.items.map((sentence) => paper(sentence, asOf)));
    more.hidden = !answer.next;
    more.onclick = () => page(answer.next).catch((error) => aborted(error) || more.after(problemBox(error)));
    return answer.items.length;
  };
  try {
    const some = await page(null);
    put(box, some ? list : el('p', { class: 'empty' }, 'None.'), more);
  } catch (error) {
    if (!aborted(error))
      put(
        box,
        problemBox(error, () => sentencesOf(box, asked, edge, asOf)),
      );
  }
}

/** One sentence with its paper. Its spans count code points of the document's text, which `text` is from `span.start` on. */
export function paper(sentence, asOf = null) {
  const from = sentence.span.start;
  const mark = (span, kind, title) => ({ start: span.start - from, end: span.end - from, kind, title });
  const later = asOf && (!sentence.year || sentence.year > Number(asOf));
  const marks = [
    mark(sentence.subject, 'subject', 'subject'),
    mark(sentence.object, 'object', 'object'),
    ...sentence.cues.map((cue) => mark(cue, 'cue', cue.kind === 'negation' ? 'denies' : 'supposes')),
  ];
  return el(
    'article',
    { class: sentence.retracted ? 'paper retracted' : 'paper' },
    sentence.title && el('h3', { dir: 'auto' }, sentence.title),
    el('blockquote', { class: 'sentence', dir: 'auto' }, marked(sentence.text, marks)),
    el(
      'div',
      { class: 'where' },
      documentLink(sentence.document),
      sentence.year ?? 'year unknown',
      sentence.section && named(sentence.section.toLowerCase()),
      sentence.negated && badge('negated'),
      sentence.speculated && badge('speculated', 'speculative'),
      sentence.retracted &&
        badge('retracted', sentence.retracted_by.length ? `retracted by ${sentence.retracted_by.join(', ')}` : 'retracted'),
      sentence.novel !== null &&
        sentence.novel >= 0.5 &&
        el('span', { class: 'badge badge-novel', title: `The paper's own finding, probability ${share(sentence.novel)}` }, 'own finding'),
      later && badge('unseen', sentence.year ? `after ${asOf}` : 'year unknown, not counted'),
      el('span', { title: 'How likely the model read the relation rightly from this sentence' }, `p ${sentence.probability.toFixed(2)}`),
      el('span', { title: sentence.vocabulary ? `vocabulary ${sentence.vocabulary}` : null }, sentence.model),
    ),
  );
}

const VERDICTS = {
  supported: 'Papers state that the two are related.',
  contradicted: 'More papers deny that the two are related than state it.',
  'co-mentioned': 'Papers name both, but none states or denies that they are related.',
  unseen: 'No paper that was read names both.',
};

async function verified(drawer, [a, c]) {
  const title = () => head(end(met(a)), el('span', { class: 'verb' }, 'and, in the abstracts,'), end(met(c)));
  put(drawer, title(), el('p', { class: 'wait', role: 'status' }, 'Reading the abstracts that name both …'));
  drawer.querySelector('.statement').focus({ preventScroll: true });
  try {
    const found = await ask('verify', { start: a, end: c }, { slot: 'edge' });
    const read = found.abstracts;
    const shown = read ?? found.graph; // the abstracts' verdict stands where they were searched
    put(
      drawer,
      title(),
      el('p', {}, badge(found.verdict), ' ', VERDICTS[found.verdict] ?? ''),
      el(
        'dl',
        { class: 'facts' },
        fact('state it', shown.papers),
        fact('deny it', shown.negated),
        fact('suppose it', shown.speculated),
        read && fact('name both', read.co_mentioned),
        shown.papers > 0 && fact('confidence', share(shown.confidence)),
      ),
      read &&
        el(
          'p',
          { class: 'note' },
          `${count(read.documents, 'abstract')} searched, ${read.named} may name both, ${read.read} were read${read.bounded ? ': there are more' : ''}.`,
        ),
      found.notes.map((note) => el('p', { class: 'note' }, note)),
      shown.sentences.map((sentence) => paper(sentence)),
      read?.beside.length > 0 && el('h2', {}, 'Named side by side'),
      read?.beside.map((beside) =>
        el(
          'article',
          { class: 'paper' },
          el('h3', { dir: 'auto' }, beside.title),
          el('blockquote', { class: 'sentence', dir: 'auto' }, beside.text),
          el('div', { class: 'where' }, documentLink(beside.document), beside.year ?? '', beside.retracted && badge('retracted')),
        ),
      ),
    );
    say(VERDICTS[found.verdict] ?? found.verdict);
  } catch (error) {
    if (!aborted(error))
      put(
        drawer,
        title(),
        problemBox(error, () => verified(drawer, [a, c])),
      );
  }
}
