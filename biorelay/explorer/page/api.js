// The explorer's API: questions, and what comes back. Paths are relative to the page, so any prefix of a proxy works.

import { el } from './dom.js';

const base = new URL('api/v1/', document.baseURI);

/** A request that was refused or failed: `title`, `detail` and `remedy` as the server says them; with a `code` the detail says all. */
export class Problem extends Error {
  constructor({ title, detail = '', remedy = '', status = 0, code = '' }) {
    super((code && detail) || title);
    Object.assign(this, { title, detail, remedy, status, code });
  }
}

/** The address of a question; null, undefined and '' leave a parameter out, a list repeats it. */
export function questionAddress(path, parameters = {}) {
  const found = new URL(path, base);
  for (const [name, value] of Object.entries(parameters)) {
    for (const one of Array.isArray(value) ? value : [value])
      if (one !== null && one !== undefined && one !== '') found.searchParams.append(name, one);
  }
  return found;
}

const running = new Map();

/** Ask. `slot` names what the answer is for: a newer question for the same slot ends the older one (`AbortError`). Raises `Problem`. */
export async function ask(path, parameters = {}, { slot = null, body = undefined } = {}) {
  let signal;
  if (slot) {
    running.get(slot)?.abort();
    const control = new AbortController();
    running.set(slot, control);
    signal = control.signal;
  }
  const options =
    body === undefined
      ? { signal }
      : { signal, method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
  let answer;
  try {
    answer = await fetch(questionAddress(path, parameters), { headers: { Accept: 'application/json' }, ...options });
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new Problem({
      title: 'The server does not answer',
      detail: 'The request did not reach it.',
      remedy: 'See that biorelay serve runs, then try again.',
    });
  }
  if (!answer.ok) throw await problem(answer);
  return answer.json();
}

/** End the question of a slot. */
export function drop(slot) {
  running.get(slot)?.abort();
  running.delete(slot);
}

async function problem(answer) {
  let said = {};
  try {
    said = await answer.json();
  } catch {
    // A proxy's own page.
  }
  const wait = answer.headers.get('Retry-After');
  return new Problem({
    title: typeof said.title === 'string' ? said.title : `The server answered ${answer.status}`,
    detail: typeof said.detail === 'string' ? said.detail : '',
    remedy: typeof said.remedy === 'string' ? said.remedy : wait ? `Try again in ${wait} s.` : '',
    status: answer.status,
    code: typeof said.code === 'string' ? said.code : '',
  });
}

/** A problem for people, with a way to try again where that may help. */
export function problemBox(error, again = null) {
  const told = error instanceof Problem ? error : new Problem({ title: 'Something went wrong on this page', detail: String(error) });
  return el(
    'div',
    { class: 'problem', role: 'alert' },
    el('strong', { dir: 'auto' }, told.message),
    told.code === '' && told.detail && el('p', { dir: 'auto' }, told.detail),
    told.remedy && el('p', { class: 'remedy', dir: 'auto' }, told.remedy),
    again && el('button', { type: 'button', on: { click: again } }, 'Try again'),
  );
}

export const aborted = (error) => error?.name === 'AbortError';
