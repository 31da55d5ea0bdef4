// Paste an abstract: what the models find in it, marked in the text and as a list.

import { aborted, ask, problemBox } from './api.js';
import { toEntity } from './address.js';
import { count, el, named, put, say } from './dom.js';
import { badge, predicateLabel, sign, typeLabel } from './kinds.js';
import { marked } from './marking.js';

// PMID 8701013, of BC5CDR's test set: a work of the United States Government.
const EXAMPLE = {
  title: 'Famotidine-associated delirium. A series of six cases.',
  abstract:
    'Famotidine is a histamine H2-receptor antagonist used in inpatient settings for prevention of stress ulcers and is showing increasing popularity because of its low cost. Although all of the currently available H2-receptor antagonists have shown the propensity to cause delirium, only two previously reported cases have been associated with famotidine. The authors report on six cases of famotidine-associated delirium in hospitalized patients who cleared completely upon removal of famotidine. The pharmacokinetics of famotidine are reviewed, with no change in its metabolism in the elderly population seen. The implications of using famotidine in elderly persons are discussed.',
};

const written = { title: '', abstract: '' }; // what was typed, while one looks at something else
let answer = null;

export function show({ panel }) {
  panel.dataset.about = 'extract';
  document.title = 'Read a text – biorelay explorer';
  const title = el('input', { id: 'text-title', type: 'text', on: { input: () => (written.title = title.value) } });
  const abstract = el('textarea', { id: 'text-abstract', rows: 8, on: { input: () => (written.abstract = abstract.value) } });
  const found = el('div', { class: 'reading' });
  const go = el('button', { type: 'submit', class: 'main' }, 'Find entities and relations');
  const form = el(
    'form',
    { class: 'ask' },
    el('h1', {}, 'Read a text'),
    el('p', { class: 'about' }, 'What the models find in an abstract. Nothing of it is stored.'),
    el('div', { class: 'field' }, el('label', { for: 'text-title' }, 'Title'), title),
    el('div', { class: 'field' }, el('label', { for: 'text-abstract' }, 'Abstract'), abstract),
    el('div', { class: 'row' }, go, el('button', { type: 'button', on: { click: () => fill(EXAMPLE) } }, 'An example')),
  );
  const fill = (text) => {
    Object.assign(written, { title: text.title, abstract: text.abstract });
    [title.value, abstract.value] = [text.title, text.abstract];
  };
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    if (!title.value.trim() && !abstract.value.trim()) {
      put(found, el('p', { class: 'empty', role: 'alert' }, 'There is no text to read yet.'));
      return abstract.focus();
    }
    go.disabled = true;
    put(found, el('p', { class: 'wait', role: 'status' }, 'Reading …'));
    try {
      answer = await ask('extract', {}, { slot: 'extract', body: { title: title.value, abstract: abstract.value } });
      put(found, reading(answer));
      say(`Found ${count(answer.mentions.length, 'mention')} and ${count(answer.relations.length, 'relation')}`);
    } catch (error) {
      if (!aborted(error)) put(found, problemBox(error));
    }
    go.disabled = false;
  });
  put(panel, form, found);
  fill(written);
  if (answer) put(found, reading(answer));
}

/** `mentions` and `relations` as in the records; every offset counts code points of `text`. */
function reading({ text, mentions, relations, provenance }) {
  const marks = mentions.map(({ start, end, type, identifiers }) => ({
    start,
    end,
    kind: type,
    title: [typeLabel(type), ...identifiers.filter(known)].join(', '),
    id: identifiers.join(' '),
  }));
  const body = el('div', { class: 'text', dir: 'auto' }, marked(text, marks));
  const types = [...new Set(mentions.map((mention) => mention.type))];
  return [
    el(
      'div',
      { class: 'chips' },
      types.map((type) =>
        el(
          'span',
          { class: 'chip' },
          sign(type),
          typeLabel(type),
          ' ',
          el('b', {}, mentions.filter((mention) => mention.type === type).length),
        ),
      ),
    ),
    body,
    el('h2', {}, count(relations.length, 'relation')),
    relations.length
      ? el(
          'ol',
          { class: 'answers' },
          relations.map((relation) => relationLine(relation, body)),
        )
      : el(
          'p',
          { class: 'empty' },
          mentions.length ? 'The text names entities, but no relation between them was found.' : 'Nothing was found.',
        ),
    el('p', { class: 'note' }, `Read by ${provenance.model}, names from ${provenance.vocabulary}.`),
  ];
}

/** Whether a database knows it; what is called `local:` nobody else calls so. */
const known = (id) => !id.startsWith('local:');

function relationLine(relation, body) {
  const name = ({ id, name: text }) => (known(id) ? el('a', { href: toEntity(id) }, named(text)) : named(text));
  const ids = [relation.subject.id, relation.object.id];
  const light = (on) => {
    for (const mark of body.querySelectorAll('mark'))
      mark.classList.toggle('lit', on && mark.dataset.marks.split(' ').some((id) => ids.includes(id)));
  };
  return el(
    'li',
    { on: { mouseenter: () => light(true), mouseleave: () => light(false), focusin: () => light(true), focusout: () => light(false) } },
    sign(relation.subject.type, { alone: true }),
    el(
      'div',
      {},
      el('b', {}, name(relation.subject)),
      ` ${predicateLabel(relation.predicate)} `,
      sign(relation.object.type, { alone: true }),
      ' ',
      el('b', {}, name(relation.object)),
    ),
    el('small', {}, `p ${relation.probability.toFixed(2)}`),
    el(
      'div',
      { class: 'how' },
      relation.negated && badge('negated'),
      ' ',
      relation.speculated && badge('speculated', 'speculative'),
      ' ',
      el('q', { dir: 'auto' }, relation.evidence.text),
    ),
  );
}
