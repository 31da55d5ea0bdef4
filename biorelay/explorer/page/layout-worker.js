// Places a graph's nodes by forces, off the page's thread. The same graph gets the same places every time: d3-force draws no lots
// of its own (it has a generator with a fixed seed) and starts from a spiral.

importScripts('vendor/d3-dispatch.min.js', 'vendor/d3-quadtree.min.js', 'vendor/d3-timer.min.js', 'vendor/d3-force.min.js');

const EVERY = 400; // milliseconds between two pictures on the way; a large graph's take long to draw themselves
const EVERY_LARGE = 2500;

/** {id, nodes: [{x?, y?, r, fixed}], links: [[source, target]], settled} in (settled: most have their places already); {id, places: Float32Array of x, y in turn, done} out. */
addEventListener('message', ({ data }) => {
  const nodes = data.nodes.map((node) => ({ ...node, ...(node.fixed ? { fx: 0, fy: 0 } : {}) }));
  const degree = new Uint32Array(nodes.length);
  for (const [source, target] of data.links) {
    degree[source]++;
    degree[target]++;
  }
  const links = data.links.map(([source, target]) => ({ source, target }));
  const large = nodes.length > 1000;
  const near = nodes.length < 40 ? 90 : 34;
  const forces = d3
    .forceSimulation(nodes)
    .force(
      'charge',
      d3
        .forceManyBody()
        .strength(large ? -60 : -220)
        .distanceMax(large ? 600 : 900)
        .theta(large ? 1.1 : 0.9),
    )
    .force(
      'link',
      d3
        .forceLink(links)
        .distance(
          (link) =>
            near +
            link.source.r +
            link.target.r +
            Math.min(60, 3 * Math.sqrt(Math.max(degree[link.source.index], degree[link.target.index]))),
        )
        .strength((link) => 0.9 / Math.min(degree[link.source.index], degree[link.target.index])),
    )
    .force('apart', d3.forceCollide((node) => node.r + (large ? 3 : 9)).iterations(large ? 1 : 2))
    .force('x', d3.forceX(0).strength(0.035))
    .force('y', d3.forceY(0).strength(0.05))
    .alphaMin(large ? 0.02 : 0.003)
    .alphaDecay(large ? 0.035 : 0.0228)
    .alpha(data.settled ? 0.3 : 1)
    .stop();
  let told = Date.now();
  while (forces.alpha() > forces.alphaMin()) {
    forces.tick();
    if (Date.now() - told > (data.links.length > 2000 ? EVERY_LARGE : EVERY)) {
      tell(false);
      told = Date.now();
    }
  }
  tell(true);

  function tell(done) {
    const places = new Float32Array(nodes.length * 2);
    nodes.forEach((node, index) => places.set([node.x, node.y], 2 * index));
    postMessage({ id: data.id, places, done }, [places.buffer]);
  }
});
