// Elements, made without markup: every text goes in as text, so a title that holds a script stays a title.

const SVG = 'http://www.w3.org/2000/svg';

/**
 * An element. `attributes` may hold `on` (listeners by event), `data` (data-* by name); null and false leave an attribute out,
 * true sets it empty. Children are nodes, texts, lists of these; null and false are skipped.
 */
export function el(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

/** As `el`, of SVG. */
export function svg(tag, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

function filled(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name === 'on') for (const [event, listener] of Object.entries(value)) node.addEventListener(event, listener);
    else if (name === 'data') Object.assign(node.dataset, value);
    else if (value === true) node.setAttribute(name, '');
    else if (value !== null && value !== undefined && value !== false) node.setAttribute(name, String(value));
  }
  for (const child of children.flat(Infinity)) if (child !== null && child !== undefined && child !== false) node.append(child);
  return node;
}

/** What the server calls something, set apart from the text around it: names may run right to left. */
export const named = (text, attributes = {}) => el('bdi', attributes, text);

/** Put these children in the place of all that the node has. */
export function put(node, ...children) {
  node.replaceChildren(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

export const byId = (id) => document.getElementById(id);

/** "1 paper", "2 papers". */
export const count = (number, one, many = `${one}s`) => `${number.toLocaleString('en')} ${number === 1 ? one : many}`;

/** A number from 0 to 1 in two places; a dash where there is none. */
export const share = (value) => (typeof value === 'number' ? value.toFixed(2) : '–');

/** "1998–2004", "1998", or nothing. */
export function years(first, last) {
  if (!first && !last) return '';
  return first === last || !last ? String(first) : !first ? String(last) : `${first}–${last}`;
}

/** Tell those who do not see the page what has changed. */
export function say(text) {
  const live = byId('live');
  live.textContent = '';
  requestAnimationFrame(() => (live.textContent = text));
}

/** Calls `work` once the calls have paused for so long. */
export function calm(work, milliseconds) {
  let timer;
  return (...values) => {
    clearTimeout(timer);
    timer = setTimeout(() => work(...values), milliseconds);
  };
}
