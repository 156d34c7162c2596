// Measures how the cost of an execution grows with its size, and draws it.
//
//   node benches/scale/measure.mjs [--stepwright PROGRAM] [--svg FILE] [--sizes 1000,10000,100000]
//
// Prints a table: microseconds of CPU for each round or item, and the peak memory of the process that ran
// three executions of that size (one to warm up). A straight line in the picture means linear growth.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const { values: options } = parseArgs({
  options: {
    stepwright: { type: 'string', default: 'target/release/stepwright' },
    svg: { type: 'string' },
    sizes: { type: 'string', default: '1000,10000,100000' },
  },
});
const sizes = options.sizes.split(',').map(Number);
const LAMBDA = 'arn:aws:states:::lambda:invoke';

const loop = {
  StartAt: 'Check',
  States: {
    Check: {
      Type: 'Choice',
      Choices: [{ Variable: '$.i', NumericGreaterThanEqualsPath: '$.n', Next: 'Done' }],
      Default: 'Step',
    },
    Step: {
      Type: 'Pass',
      Parameters: { 'n.$': '$.n', 'i.$': 'States.MathAdd($.i, 1)' },
      Next: 'Check',
    },
    Done: { Type: 'Succeed' },
  },
};

// Each iteration ends with a digit, so that the results of 100,000 stay below the limit of a payload.
const pass = {
  StartAt: 'Add',
  States: {
    Add: {
      Type: 'Pass',
      Parameters: { 'id.$': '$.item.id', 'sum.$': 'States.MathAdd($.item.cents, $.item.qty)' },
      Next: 'Big',
    },
    Big: {
      Type: 'Choice',
      Choices: [{ Variable: '$.sum', NumericGreaterThan: 500, Next: 'High' }],
      Default: 'Low',
    },
    High: { Type: 'Pass', Result: 1, End: true },
    Low: { Type: 'Pass', Result: 0, End: true },
  },
};
const task = {
  StartAt: 'Call',
  States: { Call: { Type: 'Task', Resource: LAMBDA, End: true } },
};
const oneFails = {
  StartAt: 'Which',
  States: {
    Which: {
      Type: 'Choice',
      Choices: [{ Variable: '$.item.last', BooleanEquals: true, Next: 'Fail' }],
      Default: 'Call',
    },
    Call: { Type: 'Task', Resource: LAMBDA, TimeoutSeconds: 60, End: true },
    Fail: { Type: 'Fail', Error: 'Last' },
  },
};

function map(processor, config = { Mode: 'INLINE' }, more = {}) {
  return {
    StartAt: 'Each',
    States: {
      Each: {
        Type: 'Map',
        ItemsPath: '$.items',
        ItemSelector: { 'item.$': '$$.Map.Item.Value', 'index.$': '$$.Map.Item.Index' },
        ItemProcessor: { ProcessorConfig: config, ...processor },
        End: true,
        ...more,
      },
    },
  };
}

const rounds = (n) => ({ n, i: 0 });
const items = (n) => ({
  items: Array.from({ length: n }, (_, id) => ({
    id, qty: (id % 7) + 1, cents: 100 + ((id * 37) % 900), last: id === n - 1,
  })),
});
const distributed = { Mode: 'DISTRIBUTED', ExecutionType: 'EXPRESS' };
const caught = {
  Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }],
};
const withCatch = (definition) => {
  definition.States.Caught = { Type: 'Succeed' };
  return definition;
};

const cases = [
  { name: 'loop', definition: loop, input: rounds, unrecorded: true },
  { name: 'inline Map', definition: map(pass), input: items, unrecorded: true },
  { name: 'distributed Map, 5,000 at a time', definition: map(pass, distributed, { MaxConcurrency: 5000 }), input: items },
  {
    name: 'inline Map of Tasks, an answer for each',
    definition: map(task),
    input: items,
    mocks: (n) => ({ Call: Array.from({ length: n }, (_, id) => ({ return: 1, after: (id % 10) / 1000 })) }),
  },
  {
    name: 'distributed Map, 5,000 at a time, the last fails',
    definition: withCatch(map(oneFails, distributed, { MaxConcurrency: 5000, ...caught })),
    input: items,
    mocks: () => ({ Call: [{ return: 1, after: 1, repeat: true }] }),
  },
];

const home = mkdtempSync(join(tmpdir(), 'stepwright-scale-'));
const lines = [];
try {
  console.log(`| | ${sizes.map((n) => n.toLocaleString('en')).join(' | ')} |`);
  console.log(`|---|${sizes.map(() => '---').join('|')}|`);
  for (const one of cases) {
    for (const history of one.unrecorded ? [true, false] : [true]) {
      const name = history ? one.name : `${one.name}, without history`;
      const figures = sizes.map((n) => measure(one, n, history));
      lines.push({ name, figures });
      const cells = figures.map(({ cpu, memory }, at) => {
        const each = ((cpu * 1e6) / sizes[at]).toFixed(2);
        return `${each} µs, ${(memory / 1024).toFixed(0)} MB`;
      });
      console.log(`| ${name} | ${cells.join(' | ')} |`);
    }
  }
} finally {
  rmSync(home, { recursive: true, force: true });
}
if (options.svg) writeFileSync(options.svg, draw(lines));

function measure(one, n, history) {
  const file = (name, content) => {
    const path = join(home, name);
    writeFileSync(path, JSON.stringify(content));
    return path;
  };
  const mocks = one.mocks ? ['--mocks', file('mocks.json', one.mocks(n))] : [];
  const said = execFileSync(options.stepwright, [
    'bench', file('case.asl.json', one.definition), '--input', `@${file('input.json', one.input(n))}`,
    '--type', 'EXPRESS', '--runs', n >= 100000 ? '2' : '10', '--format', 'json',
    ...mocks, ...(history ? [] : ['--no-history']),
  ], { maxBuffer: 1 << 28 });
  const result = JSON.parse(said);
  if (result.status !== 'SUCCEEDED') throw new Error(`${one.name} with ${n}: ${result.status}`);
  return { cpu: result.cpu_s_per_execution, memory: result.peak_memory_kb ?? 0 };
}

/** Both axes logarithmic: what is linear rises by the same step as the grid. */
function draw(series) {
  const [width, height, left, top, right, bottom] = [760, 420, 70, 20, 320, 50];
  const all = series.flatMap(({ figures }) => figures.map(({ cpu }) => cpu * 1e3));
  const low = Math.floor(Math.log10(Math.min(...all)));
  const high = Math.ceil(Math.log10(Math.max(...all)));
  const from = Math.log10(sizes[0]);
  const to = Math.log10(sizes.at(-1));
  const x = (n) => left + ((Math.log10(n) - from) / (to - from)) * (width - left - right);
  const y = (ms) => height - bottom - ((Math.log10(ms) - low) / (high - low)) * (height - top - bottom);
  const round = (number) => number.toFixed(1);
  const text = (at, up, words, anchor = 'start') =>
    `<text x="${round(at)}" y="${round(up)}" text-anchor="${anchor}">${words}</text>`;
  const parts = [];
  for (let power = low; power <= high; power += 1) {
    const up = y(10 ** power);
    parts.push(`<line class="grid" x1="${left}" x2="${width - right}" y1="${round(up)}" y2="${round(up)}"/>`);
    parts.push(text(left - 8, up + 4, `${(10 ** power).toLocaleString('en')} ms`, 'end'));
  }
  for (const n of sizes) {
    parts.push(`<line class="grid" x1="${round(x(n))}" x2="${round(x(n))}" y1="${top}" y2="${height - bottom}"/>`);
    parts.push(text(x(n), height - bottom + 20, n.toLocaleString('en'), 'middle'));
  }
  parts.push(text((left + width - right) / 2, height - 10, 'rounds or items', 'middle'));
  const dashes = ['', '6 3', '2 3', '9 3 2 3', '12 4', '4 4', '1 4', '8 2'];
  const ends = series.map(({ figures }, at) => ({ at, up: y(figures.at(-1).cpu * 1e3) }));
  ends.sort((a, b) => a.up - b.up);
  ends.forEach((end, place) => {
    const above = place > 0 ? ends[place - 1].label + 16 : top;
    end.label = Math.max(end.up, above);
  });
  series.forEach(({ name, figures }, at) => {
    const points = figures.map(({ cpu }, i) => `${round(x(sizes[i]))},${round(y(cpu * 1e3))}`);
    const dash = dashes[at % dashes.length];
    parts.push(`<polyline class="line" stroke-dasharray="${dash}" points="${points.join(' ')}"/>`);
    const end = ends.find((one) => one.at === at);
    parts.push(`<line class="grid" x1="${width - right}" x2="${width - right + 14}" y1="${round(end.up)}" y2="${round(end.label)}"/>`);
    parts.push(text(width - right + 18, end.label + 4, name));
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">
<title>CPU time of one execution over its size</title>
<style>.grid{stroke:#bbb}.line{fill:none;stroke:#2563a8;stroke-width:2}text{fill:#333}</style>
<rect width="${width}" height="${height}" fill="#fff"/>
${parts.join('\n')}
</svg>
`;
}
