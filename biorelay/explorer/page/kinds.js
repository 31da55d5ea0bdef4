// BioRED's entity types and relation types: how they are called and drawn. Every type has a colour and a shape of its own.

import { el, svg } from './dom.js';

/** `shape` is Cytoscape's; `points` draw the same in 16 x 16. Colours are the custom properties --type-NAME of the styles. */
export const TYPES = {
  Gene: { label: 'Gene', many: 'Genes', shape: 'ellipse', points: null },
  Disease: { label: 'Disease', many: 'Diseases', shape: 'diamond', points: '8,1 15,8 8,15 1,8' },
  Chemical: { label: 'Chemical', many: 'Chemicals', shape: 'hexagon', points: '4.5,2 11.5,2 15,8 11.5,14 4.5,14 1,8' },
  Variant: { label: 'Variant', many: 'Variants', shape: 'triangle', points: '8,1.5 15,14.5 1,14.5' },
  Species: { label: 'Species', many: 'Species', shape: 'rectangle', points: '2,2 14,2 14,14 2,14' },
  CellLine: { label: 'Cell line', many: 'Cell lines', shape: 'pentagon', points: '8,1 15,6.5 12.3,14.5 3.7,14.5 1,6.5' },
};

/** `group` is the colour and dash of its edges: --edge-GROUP. */
export const PREDICATES = {
  Association: { label: 'associated with', brief: 'assoc.', group: 'plain' },
  Positive_Correlation: { label: 'positively correlated with', short: 'positive correlation', brief: '+ corr.', group: 'up' },
  Negative_Correlation: { label: 'negatively correlated with', short: 'negative correlation', brief: '− corr.', group: 'down' },
  Bind: { label: 'binds', brief: 'binds', group: 'bond' },
  Drug_Interaction: { label: 'interacts with', short: 'drug interaction', brief: 'interacts', group: 'bond' },
  Cotreatment: { label: 'given together with', short: 'cotreatment', brief: 'together', group: 'bond' },
  Comparison: { label: 'compared with', short: 'comparison', brief: 'compared', group: 'plain' },
  Conversion: { label: 'converted to or from', short: 'conversion', brief: 'converts', group: 'bond' },
};

export const predicateLabel = (predicate) => PREDICATES[predicate]?.label ?? predicate.replaceAll('_', ' ');
export const predicateName = (predicate) => PREDICATES[predicate]?.short ?? predicateLabel(predicate);
export const predicateBrief = (predicate) => PREDICATES[predicate]?.brief ?? predicateName(predicate);
export const typeLabel = (type) => TYPES[type]?.label ?? type;

/** The sign of a type. Its name stands beside it, or is read out where `alone`. */
export function sign(type, { alone = false } = {}) {
  const kind = TYPES[type];
  const name = kind ? type : 'unknown';
  const shape = kind?.points ? svg('polygon', { points: kind.points }) : svg('circle', { cx: 8, cy: 8, r: 6.5 });
  const label = alone ? { role: 'img', 'aria-label': typeLabel(type) } : { 'aria-hidden': 'true' };
  return svg('svg', { class: `sign type-${name}`, viewBox: '0 0 16 16', width: 12, height: 12, ...label }, shape);
}

/** The words of a polarity or a mark of a sentence. */
export const badge = (kind, label = kind) => el('span', { class: `badge badge-${kind}` }, label);

const PAGES = [
  [/^pubmed:(\d{1,9})$/, (found) => `https://pubmed.ncbi.nlm.nih.gov/${found[1]}/`],
  [/^pmc:(PMC\d{1,9})$/i, (found) => `https://www.ncbi.nlm.nih.gov/pmc/articles/${found[1]}/`],
  [/^doi:(10\.\d{4,9}\/\S{1,200})$/i, (found) => `https://doi.org/${encodeURI(found[1])}`],
];

/** A document's page on the web where its id tells it, else null. */
export function pageOf(document) {
  for (const [pattern, made] of PAGES) {
    const found = pattern.exec(document);
    if (found) return made(found);
  }
  return null;
}
